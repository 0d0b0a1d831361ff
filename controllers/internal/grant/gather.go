// SPDX-License-Identifier: Apache-2.0

package grant

import (
	"context"
	"errors"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/world"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// gathering is the world of the objects that outrank one object, as the cache shows it.
type gathering struct {
	*world.Ranked
	desk *Desk
}

func (d *Desk) gather(ctx context.Context, asks client.Object) (gathering, error) {
	g := gathering{world.NewRanked("", asks, d.rank), d}
	return g, world.AddPolicy(ctx, g.World, d.client)
}

// owner gathers everything that an organization is judged beside: whatever else its super admin has. It returns their place in it.
func (g gathering) owner(ctx context.Context, org *v1alpha1.Organization) (rules.Place, error) {
	g.Mention(org)
	var own *v1alpha1.Membership
	err := g.person(ctx, org.Spec.SuperAdmin, func(m *v1alpha1.Membership) {
		switch {
		case facts.OrganizationOf(m.Namespace) != org.Name:
			g.Consider(m)
		case own == nil || rules.RankOf(m).Before(rules.RankOf(own)):
			own = m // states the same place
		}
	})
	return rules.OwnerPlace(org, own), err
}

// seat gathers everything that a member, or a future one, is judged beside: their other places, and the others who want a seat. The super
// admin's seat goes before all others (R3).
func (g gathering) seat(ctx context.Context, user, organization string) error {
	var org v1alpha1.Organization
	if err := g.desk.client.Get(ctx, client.ObjectKey{Name: organization}, &org); err != nil {
		return err
	}
	g.Tell(&org)
	if err := g.person(ctx, user, func(m *v1alpha1.Membership) { g.Consider(m) }); err != nil {
		return err
	}
	if forAll, err := g.desk.seatsForAll(&org); err != nil || forAll {
		return err
	}
	inside := client.InNamespace(v1alpha1.NamespacePrefix + organization)
	return errors.Join(
		index.Each(ctx, g.desk.client, &v1alpha1.MembershipList{}, g.ConsiderSeat, inside),
		index.Each(ctx, g.desk.client, &v1alpha1.InvitationList{}, g.ConsiderSeat, inside),
	)
}

// person gathers a person's places and invitations, and the organizations that these name.
func (g gathering) person(ctx context.Context, email string, membership func(*v1alpha1.Membership)) error {
	organizations := map[string]bool{}
	of := func(f func(client.Object), list client.ObjectList) error {
		return index.Each(ctx, g.desk.client, list, func(obj client.Object) {
			organizations[facts.OrganizationOf(obj.GetNamespace())] = true
			f(obj)
		}, client.MatchingFields{index.User: identity.ObjectName(email)})
	}
	err := errors.Join(
		of(func(obj client.Object) { membership(obj.(*v1alpha1.Membership)) }, &v1alpha1.MembershipList{}),
		of(g.Consider, &v1alpha1.InvitationList{}),
		of(func(obj client.Object) { organizations[obj.GetName()] = true }, &v1alpha1.OrganizationList{}),
	)
	for name := range organizations {
		err = errors.Join(err, g.organization(ctx, name, email))
	}
	return err
}

// organization states an organization. Its owner counts only where the organization outranks the object that asks.
func (g gathering) organization(ctx context.Context, name, person string) error {
	var org v1alpha1.Organization
	if err := g.desk.client.Get(ctx, client.ObjectKey{Name: name}, &org); err != nil {
		return client.IgnoreNotFound(err)
	}
	if org.Spec.SuperAdmin == person && !g.Outranked(&org) {
		g.Mention(&org)
		return nil
	}
	g.Tell(&org)
	return nil
}

// binding gathers everything that a binding is judged beside: the others of its organization, and of its account.
func (g gathering) binding(ctx context.Context, b *v1alpha1.IntegrationBinding) error {
	organizations := map[string]bool{}
	consider := func(obj client.Object) {
		organizations[facts.OrganizationOf(obj.GetNamespace())] = true
		g.Consider(obj)
	}
	err := errors.Join(
		index.Each(ctx, g.desk.client, &v1alpha1.IntegrationBindingList{}, consider, client.InNamespace(b.Namespace)),
		index.Each(ctx, g.desk.client, &v1alpha1.IntegrationBindingList{}, consider, client.MatchingFields{index.Account: index.AccountOf(b)}),
	)
	for name := range organizations {
		err = errors.Join(err, g.organization(ctx, name, ""))
	}
	return err
}
