// SPDX-License-Identifier: Apache-2.0

package grant

import (
	"context"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// patience is how long the view may be behind the cache before whoever asks is sent to come again.
const patience = 100 * time.Millisecond

// catchUp waits until the view has seen who wants a seat as they are now. So whoever was given one is in the view when the next
// is judged by it.
func (d *Desk) catchUp(ctx context.Context, obj client.Object) error {
	kind := wantsSeat(obj)
	if kind == "" || d.view == nil {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, status.ErrBehind)
	defer cancel()
	seen := map[string]string{kind: obj.GetResourceVersion()}
	for {
		changed := d.view.Changed()
		if d.view.Synced() && d.view.Reached(seen) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// wantsSeat is the kind of an object that wants a seat, else nothing.
func wantsSeat(obj client.Object) string {
	switch obj.(type) {
	case *v1alpha1.Membership:
		return "Membership"
	case *v1alpha1.Invitation:
		return "Invitation"
	}
	return ""
}

// seatsForAll reports whether an organization has seats for everybody who wants one, without looking at each of them (E5).
func (d *Desk) seatsForAll(organization string) bool {
	if d.view == nil {
		return false
	}
	forAll := false
	d.view.Judge(facts.NewOverlay(nil), nil, func(w facts.World) {
		forAll = rules.SeatsForAll(rules.Best(w), organization)
	})
	return forAll
}
