// SPDX-License-Identifier: Apache-2.0

// Package grant gives objects the places that they want, once each (L9). Every object that admission let through gets its place. Among
// objects that got past admission, the surplus gets none, and its status says why.
package grant

import (
	"context"
	"fmt"
	"sync"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// Desk gives places, one at a time. All controllers ask at one desk, since members and invitations want the same seats.
type Desk struct {
	client client.Reader
	view   *facts.View

	mu    sync.Mutex
	given recent
}

// NewDesk makes a desk that ranks what a client's cache holds. A view, if there is one, spares the desk a look at every member of an
// organization that has seats for all.
func NewDesk(c client.Reader, view *facts.View) *Desk { return &Desk{client: c, view: view} }

// Ask gives an object the place that it wants, or returns the limits that prevent it. From then on, the object has its place. So the caller
// must store the grant, and try again until that succeeds.
func (d *Desk) Ask(ctx context.Context, obj client.Object) (rules.Violations, error) {
	if rules.Granted(obj) {
		return nil, nil
	}
	if err := d.catchUp(ctx, obj); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.given.has(obj.GetUID()) {
		return nil, nil
	}
	outlook, stated, err := d.question(ctx, obj)
	if err != nil {
		return nil, fmt.Errorf("rank %s: %w", obj.GetName(), err)
	}
	surplus := rules.Surplus(outlook, stated)
	if len(surplus) == 0 {
		d.given.add(obj.GetUID())
	}
	return surplus, nil
}

// rank is an object's rank as far as this desk knows. The cache may not have seen the latest grants yet.
func (d *Desk) rank(obj client.Object) rules.Rank {
	rank := rules.RankOf(obj)
	rank.Granted = rank.Granted || d.given.has(obj.GetUID())
	return rank
}

// question is what an object states, and the world of the objects that outrank it.
func (d *Desk) question(ctx context.Context, obj client.Object) (rules.Outlook, []rules.Fact, error) {
	g, err := d.gather(ctx, obj)
	if err != nil {
		return rules.Outlook{}, nil, err
	}
	stated := facts.Of(obj, "")
	switch o := obj.(type) {
	case *v1alpha1.Organization:
		var place rules.Place
		place, err = g.owner(ctx, o)
		stated = []rules.Fact{place}
	case *v1alpha1.Membership:
		err = g.seat(ctx, o.Spec.User, facts.OrganizationOf(o.Namespace))
	case *v1alpha1.Invitation:
		err = g.seat(ctx, o.Spec.Email, facts.OrganizationOf(o.Namespace))
	case *v1alpha1.IntegrationBinding:
		err = g.binding(ctx, o)
	}
	return g.Outlook(), stated, err
}
