// SPDX-License-Identifier: Apache-2.0

package user

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/world"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// person is all that is known about the person of a User. Without an e-mail address nothing is known. The objects are the cache's own.
type person struct {
	email       string
	memberships []v1alpha1.Membership // oldest first
	invitations []v1alpha1.Invitation // pending
	known       map[string]*v1alpha1.Organization
	outlook     rules.Outlook
	overLimit   bool
}

// observe finds the objects about the person whose User has that name.
func (r *Reconciler) observe(ctx context.Context, name string) (*person, error) {
	mine := []client.ListOption{client.MatchingFields{index.User: name}, index.Shared}
	var memberships v1alpha1.MembershipList
	if err := r.Client.List(ctx, &memberships, mine...); err != nil {
		return nil, err
	}
	var invitations v1alpha1.InvitationList
	if err := r.Client.List(ctx, &invitations, mine...); err != nil {
		return nil, err
	}
	var owned v1alpha1.OrganizationList
	if err := r.Client.List(ctx, &owned, mine...); err != nil {
		return nil, err
	}
	p := newPerson(memberships.Items, invitations.Items, owned.Items)
	return p, r.learn(ctx, p, owned.Items)
}

func newPerson(memberships []v1alpha1.Membership, invitations []v1alpha1.Invitation, owned []v1alpha1.Organization) *person {
	p := &person{known: map[string]*v1alpha1.Organization{}}
	for _, m := range memberships {
		p.email = m.Spec.User
		if m.DeletionTimestamp == nil {
			p.memberships = append(p.memberships, m)
		}
	}
	for _, i := range invitations {
		if isPending(&i) {
			p.email = i.Spec.Email
			p.invitations = append(p.invitations, i)
		}
	}
	for _, o := range owned {
		p.email = o.Spec.SuperAdmin
	}
	slices.SortFunc(p.memberships, byAge)
	return p
}

// byAge is the order in which memberships began. For two that began in one second, it is the order of their organizations' names.
func byAge(a, b v1alpha1.Membership) int {
	if c := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); c != 0 {
		return c
	}
	return cmp.Compare(a.Namespace, b.Namespace)
}

// isPending reports whether an invitation still offers a membership, as the rules see it.
func isPending(i *v1alpha1.Invitation) bool { return len(facts.Of(i, "")) > 0 }

// learn reads the organizations that the person has to do with.
func (r *Reconciler) learn(ctx context.Context, p *person, owned []v1alpha1.Organization) error {
	w := world.New(r.Config.Ingress.BaseDomain)
	if err := world.AddPolicy(ctx, w, r.Client); err != nil {
		return err
	}
	world.Add(w, p.memberships...)
	world.Add(w, p.invitations...)
	for _, name := range p.names(owned) {
		if err := r.learnOrganization(ctx, p, w, name); err != nil {
			return err
		}
	}
	p.outlook = w.Outlook()
	return nil
}

// names are the names of the organizations that the person has to do with.
func (p *person) names(owned []v1alpha1.Organization) []string {
	var names []string
	for i := range p.memberships {
		names = append(names, facts.OrganizationOf(p.memberships[i].Namespace))
	}
	for i := range p.invitations {
		names = append(names, facts.OrganizationOf(p.invitations[i].Namespace))
	}
	for i := range owned {
		names = append(names, owned[i].Name)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return name == "" })
}

func (r *Reconciler) learnOrganization(ctx context.Context, p *person, w *world.World, name string) error {
	var org v1alpha1.Organization
	if err := r.Client.Get(ctx, client.ObjectKey{Name: name}, &org, index.Shared); err != nil {
		return client.IgnoreNotFound(err)
	}
	p.known[name] = &org
	world.Add(w, org)
	var bindings v1alpha1.IntegrationBindingList
	if err := r.Client.List(ctx, &bindings, client.InNamespace(v1alpha1.NamespacePrefix+name), index.Shared); err != nil {
		return err
	}
	world.Add(w, bindings.Items...) // a Cliq binding decides where invitations are listed (G5)
	return nil
}

// organizations is the person's list, by name.
func (p *person) organizations() []v1alpha1.UserOrganization {
	list := make([]v1alpha1.UserOrganization, 0, len(p.memberships))
	for i := range p.memberships {
		if o := p.organization(&p.memberships[i]); o.Name != "" {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b v1alpha1.UserOrganization) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(list, func(a, b v1alpha1.UserOrganization) bool { return a.Name == b.Name })
}

func (p *person) organization(m *v1alpha1.Membership) v1alpha1.UserOrganization {
	o := v1alpha1.UserOrganization{
		Name:     facts.OrganizationOf(m.Namespace),
		Role:     m.Spec.Role,
		UserType: cmp.Or(m.Spec.UserType, v1alpha1.UserTypeInternal),
		Origin:   cmp.Or(m.Spec.Origin, v1alpha1.OriginProvisioned),
		Active:   p.active(m),
	}
	if org := p.known[o.Name]; org != nil {
		o.DisplayName, o.AccessURL = org.Spec.DisplayName, org.Status.AccessURL
		o.Edition = rules.EditionInForce(org.Spec)
		if org.Spec.SuperAdmin == p.email {
			o.Role = v1alpha1.RoleSuperAdmin
		}
	}
	return o
}

// patience is the longest time that a new User waits for the decisions about its memberships. They take far less time, except on the first
// start in a large cluster.
const patience = 30 * time.Minute

// wait is the time for which a new person's status is not written, because some of their memberships are about to be judged. Each decision
// wakes the controller. So the first list is not written once for each organization in it.
func (p *person) wait(u *v1alpha1.User, now time.Time) time.Duration {
	undecided := func(m v1alpha1.Membership) bool { return p.undecided(&m) }
	if len(u.Status.Conditions) > 0 || !slices.ContainsFunc(p.memberships, undecided) {
		return 0
	}
	return patience - now.Sub(u.CreationTimestamp.Time)
}

// active reports whether a membership gives access, in an organization that is not being deleted.
func (p *person) active(m *v1alpha1.Membership) bool {
	org := p.known[facts.OrganizationOf(m.Namespace)]
	return org != nil && !rules.Ending(org) && rules.Active(m)
}

// undecided reports whether it is not decided yet that a membership gives access.
func (p *person) undecided(m *v1alpha1.Membership) bool {
	org := p.known[facts.OrganizationOf(m.Namespace)]
	return org != nil && !rules.Ending(org) && !rules.Judged(m)
}

// listed are the pending invitations that can be answered now and without their e-mail, by organization (I5, I6). One beyond a limit cannot
// be answered at all (L7), nor can one of a suspended organization (E3, E8).
func (p *person) listed(now time.Time) []v1alpha1.UserInvitation {
	var list []v1alpha1.UserInvitation
	for i := range p.invitations {
		inv := &p.invitations[i]
		name := facts.OrganizationOf(inv.Namespace)
		org := p.known[name]
		if org == nil || rules.Ending(org) || !rules.Granted(inv) || !p.isAnswerable(name, now) {
			continue
		}
		list = append(list, v1alpha1.UserInvitation{
			Organization: name, Name: inv.Name, Role: inv.Spec.Role, ExpiresAt: inv.Status.ExpiresAt.DeepCopy(), // the list is the cache's own
		})
	}
	slices.SortFunc(list, func(a, b v1alpha1.UserInvitation) int {
		return cmp.Or(strings.Compare(a.Organization, b.Organization), strings.Compare(a.Name, b.Name))
	})
	return list
}

// isAnswerable reports whether the invitations of an organization can be accepted from the list.
func (p *person) isAnswerable(organization string, now time.Time) bool {
	reason, _ := rules.Unanswerable(p.outlook, organization, now)
	return reason == ""
}
