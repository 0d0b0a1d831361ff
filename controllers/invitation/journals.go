// SPDX-License-Identifier: Apache-2.0

package invitation

import (
	"sync"
	"time"

	"k8s.io/utils/clock"

	"github.com/polyorg/polyorg/internal/journal"
)

// shared is how long invitations share one look at the journal.
const shared = time.Second

// journals are looks at the journal. Invitations that end at the same time share one: thousands may end in a minute.
type journals struct {
	mu    sync.Mutex
	last  *journal.Record
	began time.Time
}

// since returns the journal as it was at an instant or later, and a moment ago at most. It reads the journal where the last look does not do.
// Those who ask meanwhile wait for that read.
func (j *journals) since(at time.Time, c clock.PassiveClock, read func() (*journal.Record, error)) (*journal.Record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := c.Now()
	age := now.Sub(j.began)
	if j.last != nil && !j.began.Before(at) && age >= 0 && age < shared {
		return j.last, nil
	}
	record, err := read()
	if err != nil {
		return nil, err
	}
	j.last, j.began = record, now
	return record, nil
}

// forget makes the next look a new one.
func (j *journals) forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last = nil
}
