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

// patience is how long the desk waits for a view that is behind the cache, before the caller has to come again.
const patience = 100 * time.Millisecond

// catchUp waits until the view has seen all who want a seat, and their organization, as the cache has them. So the view knows each earlier
// grant of a seat, and the number of seats, before it judges the next.
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

// reach waits a moment until the view has reached the fences.
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

// wantsSeat is the kind of an object that wants a seat, or empty.
func wantsSeat(obj client.Object) string {
	switch obj.(type) {
	case *v1alpha1.Membership:
		return "Membership"
	case *v1alpha1.Invitation:
		return "Invitation"
	}
	return ""
}

// seatsForAll reports whether an organization has a seat for everybody who wants one, without a look at each of them (E5). It decides
// nothing until the view has seen the organization as the cache has it, nor after the view has seen it go.
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

// fence is the version that a view must have seen to know an organization as the cache has it.
func fence(org *v1alpha1.Organization) map[string]string {
	return map[string]string{"Organization": org.ResourceVersion}
}
