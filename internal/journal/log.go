// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/log"
)

// quiet is the time for which the same failure is not logged again.
const quiet = 10 * time.Second

// quietLog logs a failure when it begins, and from time to time while it lasts.
type quietLog struct {
	last string
	at   time.Time
}

func (l *quietLog) error(ctx context.Context, now time.Time, err error) {
	if err.Error() == l.last && now.Sub(l.at) < quiet {
		return
	}
	l.last, l.at = err.Error(), now
	log.FromContext(ctx).Error(err, "Could not use the journal; trying again")
}
