// SPDX-License-Identifier: Apache-2.0

package command

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/journal"
)

// said is a stream that several goroutines write to, as the standard error is.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// People are told how long an interrupted change can hold a seat: until the journal drops it.
func TestExplainedNamesTheTimeOfTheJournal(t *testing.T) {
	text := fmt.Sprintf("up to %d s", int(journal.DefaultDropTime.Seconds()))
	if help := newInvite(&session.Session{}).Long; !strings.Contains(strings.ReplaceAll(help, "\n", " "), text) || !strings.Contains(held, text) {
		t.Errorf("the texts do not say %q", text)
	}
}

// The clock is that of the test.
func TestExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out said
		step, stop := explained(progress(&out, 9, "Inviting"), &out, "Inviting")
		defer stop()
		for range 3 {
			<-time.After(quiet - time.Second)
			step()
		}
		synctest.Wait()
		if out.String() != "" {
			t.Errorf("said %q while people are invited", out.String())
		}
		for range 2 {
			<-time.After(2 * quiet)
			step()
		}
		synctest.Wait()
		if out.String() != "Waiting: interrupted invitations may hold seats for up to 90 s.\n" {
			t.Errorf("said %q while nothing moves", out.String())
		}
	})
}
