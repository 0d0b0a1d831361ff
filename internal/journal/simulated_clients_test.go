// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

var platform = rules.Actor{Platform: true}

// Few of everything, so that requests meet.
var (
	users         = []string{"ann@x.example", "bob@x.example", "cid@x.example"}
	organizations = []string{"acme", "beta", "gamma", "delta"}
	hosts         = []string{"h1", "h2", "h3", "h4", "h5"}
	components    = []string{"", "MessagingExtension"}
	accounts      = []string{"a1", "a2"}
	editions      = []v1alpha1.Edition{v1alpha1.EditionEnterprise, v1alpha1.EditionStandard, v1alpha1.EditionUltimate, v1alpha1.EditionCRMPlus, v1alpha1.EditionZohoOne}
	userTypes     = []v1alpha1.UserType{v1alpha1.UserTypeInternal, v1alpha1.UserTypeInternal, v1alpha1.UserTypeExternal}
	origins       = []v1alpha1.Origin{v1alpha1.OriginProvisioned, v1alpha1.OriginProvisioned, v1alpha1.OriginCreated}
)

// acts are the acts of clients, by the things for which they compete.
var acts = [][]func(*simulation){
	{(*simulation).found, (*simulation).rename, (*simulation).rename, (*simulation).reserve, (*simulation).free}, // hosts
	{(*simulation).join, (*simulation).join, (*simulation).leave, (*simulation).found, (*simulation).transfer, (*simulation).demolish},
	{(*simulation).invite, (*simulation).revoke, (*simulation).respond, (*simulation).respond, (*simulation).expire}, // answers
	{(*simulation).invite, (*simulation).respond, (*simulation).respond, (*simulation).join, (*simulation).leave},    // places that move
	{(*simulation).join, (*simulation).leave, (*simulation).invite, (*simulation).buy, (*simulation).suspend},        // seats
	{(*simulation).bind, (*simulation).bind, (*simulation).unbind, (*simulation).rebind},
	{(*simulation).subscribe, (*simulation).join, (*simulation).suspend, (*simulation).transfer, (*simulation).found}, // editions
	{(*simulation).limit, (*simulation).join, (*simulation).found, (*simulation).invite, (*simulation).leave},
}

// lapses are the acts by which clients give away places and seats that the operator's status has ended, and ask for them again.
var lapses = []func(*simulation){
	(*simulation).invite, (*simulation).respond, (*simulation).expire, (*simulation).comeBack, (*simulation).comeBack, (*simulation).comeBack,
	(*simulation).comeLate, (*simulation).comeLate,
}

func one[T any](s *simulation, of []T) T { return of[s.rng.IntN(len(of))] }

// stored is any object of a kind; nil if there is none.
func stored[T any](s *simulation, kind string) *T {
	var all []*T
	for _, o := range s.server.stored.sorted() {
		if t, ok := any(o).(*T); ok && kindOf(o) == kind && organizationOf(o) != "spare" && o.GetName() != "spare" {
			all = append(all, t)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return one(s, all)
}

func (s *simulation) creates(o client.Object) outcome {
	return s.send(&request{actor: platform, after: o, dryRun: s.happens(s.chance.dryRun)})
}

func (s *simulation) updates(o client.Object, change func(client.Object)) outcome {
	return s.send(&request{actor: platform, key: keyOf(o), change: change, patch: s.happens(0.5), dryRun: s.happens(s.chance.dryRun)})
}

func (s *simulation) deletes(o client.Object) outcome {
	return s.send(&request{actor: platform, key: keyOf(o), patch: true, dryRun: s.happens(s.chance.dryRun)})
}

func (s *simulation) join() {
	name := s.fresh()
	if s.happens(0.1) {
		name = "same"
	}
	s.creates(membership(one(s, s.organizations), name, one(s, s.users), one(s, origins), one(s, userTypes)))
}

func (s *simulation) leave() {
	if m := stored[v1alpha1.Membership](s, "Membership"); m != nil {
		s.deletes(m)
	}
}

func (s *simulation) suspend() {
	if m := stored[v1alpha1.Membership](s, "Membership"); m != nil {
		suspended, userType := !m.Spec.Suspended, one(s, userTypes)
		s.updates(m, func(o client.Object) {
			o.(*v1alpha1.Membership).Spec.Suspended = suspended
			o.(*v1alpha1.Membership).Spec.UserType = userType
		})
	}
}

func (s *simulation) found() {
	o := organization(one(s, s.organizations), one(s, s.users), one(s, s.hosts), one(s, editions), 1+s.rng.Int32N(3))
	if s.creates(o).done && s.happens(0.5) {
		s.renames(o)
	}
}

func (s *simulation) rename() {
	if o := stored[v1alpha1.Organization](s, "Organization"); o != nil {
		s.renames(o)
	}
}

func (s *simulation) renames(o *v1alpha1.Organization) {
	host := one(s, s.hosts)
	s.updates(o, func(o client.Object) { o.(*v1alpha1.Organization).Spec.AccessURL.Name = host })
}

func (s *simulation) subscribe() {
	if o := stored[v1alpha1.Organization](s, "Organization"); o != nil {
		edition := one(s, editions)
		s.updates(o, func(o client.Object) { o.(*v1alpha1.Organization).Spec.Subscription.Edition = edition })
	}
}

func (s *simulation) buy() {
	if o := stored[v1alpha1.Organization](s, "Organization"); o != nil {
		licenses := 1 + s.rng.Int32N(4)
		s.updates(o, func(o client.Object) { o.(*v1alpha1.Organization).Spec.Subscription.Licenses = licenses })
	}
}

func (s *simulation) transfer() {
	if o := stored[v1alpha1.Organization](s, "Organization"); o != nil {
		to := one(s, s.users)
		s.updates(o, func(o client.Object) { o.(*v1alpha1.Organization).Spec.SuperAdmin = to })
	}
}

func (s *simulation) demolish() {
	if o := stored[v1alpha1.Organization](s, "Organization"); o != nil {
		s.deletes(o)
	}
}

func (s *simulation) invite() {
	s.creates(invitation(one(s, s.organizations), s.fresh(), one(s, s.users)))
}

func (s *simulation) revoke() {
	if i := stored[v1alpha1.Invitation](s, "Invitation"); i != nil {
		s.updates(i, func(o client.Object) { o.(*v1alpha1.Invitation).Spec.Revoked = true })
	}
}

func (s *simulation) respond() {
	i := stored[v1alpha1.Invitation](s, "Invitation")
	if i == nil {
		return
	}
	decision := v1alpha1.DecisionAccept
	if s.happens(0.2) {
		decision = v1alpha1.DecisionDecline
	}
	s.send(&request{actor: rules.Actor{Email: i.Spec.Email}, after: response(s.fresh(), i, decision)})
}

func (s *simulation) bind() {
	b := binding(one(s, s.organizations), s.fresh(), one(s, components), one(s, accounts))
	if s.creates(b).done && s.happens(0.5) {
		s.rebinds(b)
	}
}

func (s *simulation) unbind() {
	if b := stored[v1alpha1.IntegrationBinding](s, "IntegrationBinding"); b != nil {
		s.deletes(b)
	}
}

func (s *simulation) rebind() {
	if b := stored[v1alpha1.IntegrationBinding](s, "IntegrationBinding"); b != nil {
		s.rebinds(b)
	}
}

func (s *simulation) rebinds(b *v1alpha1.IntegrationBinding) {
	account := one(s, accounts)
	s.updates(b, func(o client.Object) { o.(*v1alpha1.IntegrationBinding).Spec.Account = account })
}

func (s *simulation) reserve() { s.creates(reservation(one(s, s.hosts)+"."+baseDomain, nil)) }

func (s *simulation) free() {
	if h := stored[v1alpha1.HostReservation](s, "HostReservation"); h != nil {
		s.deletes(h)
	}
}

func (s *simulation) limit() {
	spec := policy(1+s.rng.Int32N(3), 1+s.rng.Int32N(2), 1+s.rng.Int32N(2))
	s.updates(s.server.stored[policyKey], func(o client.Object) { o.(*v1alpha1.PlatformPolicy).Spec = spec })
}

// expire is the operator's: an invitation whose time is up says so.
func (s *simulation) expire() {
	i := stored[v1alpha1.Invitation](s, "Invitation")
	if i == nil || !pending(i) || i.Status.ExpiresAt == nil {
		return
	}
	s.waitUntil(i.Status.ExpiresAt.Time, nil)
	s.says(i, func(o client.Object) { o.(*v1alpha1.Invitation).Status.State = v1alpha1.InvitationExpired })
}

// comeBack: somebody who became a member by an invitation leaves. They take places elsewhere, as long as there are any, and are made a
// member again.
func (s *simulation) comeBack() {
	r := stored[v1alpha1.InvitationResponse](s, "InvitationResponse")
	if r == nil || accepting(r) || r.Spec.Decision != v1alpha1.DecisionAccept {
		return
	}
	user := r.Spec.Invitee
	for _, o := range s.server.stored.sorted() {
		if m, ok := o.(*v1alpha1.Membership); ok && organizationOf(m) == answered(r) && m.Spec.User == user {
			s.deletes(m)
		}
	}
	for _, other := range s.organizations {
		if other != answered(r) {
			s.creates(membership(other, s.fresh(), user, v1alpha1.OriginProvisioned, one(s, userTypes)))
		}
	}
	s.creates(membership(answered(r), s.fresh(), user, v1alpha1.OriginProvisioned, one(s, userTypes)))
}

// comeLate: the seat of an invitation that has expired goes to somebody else, and then the invitee is made a member.
func (s *simulation) comeLate() {
	i := stored[v1alpha1.Invitation](s, "Invitation")
	if i == nil || i.Status.State != v1alpha1.InvitationExpired {
		return
	}
	s.creates(membership(organizationOf(i), s.fresh(), one(s, s.users), one(s, origins), one(s, userTypes)))
	s.creates(membership(organizationOf(i), s.fresh(), i.Spec.Email, one(s, origins), one(s, userTypes)))
}
