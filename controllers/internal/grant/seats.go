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

// catchUp waits until the view has seen those who want a seat, and their organization, as the cache has them. So whoever was given
// a seat is in the view when the next is judged by it, and the view knows how many seats there are.
func (d *Desk) catchUp(ctx context.Context, obj client.Object) error {
	kind := wantsSeat(obj)
	if kind == "" || d.view == nil {
		return nil
	}
	var org v1alpha1.Organization
	if err := d.client.Get(ctx, client.ObjectKey{Name: facts.OrganizationOf(obj.GetNamespace())}, &org); err != nil {
		return err
	}
	fences := fence(&org)
	fences[kind] = obj.GetResourceVersion()
	return d.reach(ctx, fences)
}

// reach waits a moment until the view has come as far as the fences.
func (d *Desk) reach(ctx context.Context, fences map[string]string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, status.ErrBehind)
	defer cancel()
	for {
		changed := d.view.Changed()
		if d.view.Synced() && d.view.Reached(fences) {
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

// seatsForAll reports whether an organization has seats for everybody who wants one, without looking at each of them (E5). While
// the view has not seen the organization as the cache has it, or has seen it go, nothing is decided.
func (d *Desk) seatsForAll(org *v1alpha1.Organization) (forAll bool, err error) {
	switch {
	case d.view == nil:
		return false, nil
	case !d.view.Reached(fence(org)):
		return false, status.ErrBehind
	}
	d.view.Judge(facts.NewOverlay(nil), nil, func(w facts.World) {
		var known bool
		if forAll, known = rules.SeatsForAll(rules.Best(w), org.Name); !known {
			err = status.ErrBehind
		}
	})
	return forAll, err
}

// fence is how far a view must be to know an organization as the cache has it.
func fence(org *v1alpha1.Organization) map[string]string {
	return map[string]string{"Organization": org.ResourceVersion}
}
