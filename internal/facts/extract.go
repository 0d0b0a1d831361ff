// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"cmp"
	"slices"
	"unique"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// OrganizationOf is the organization whose namespace an object is in; empty in any other namespace.
func OrganizationOf(namespace string) string { return rules.OrganizationOf(namespace) }

// shared keeps one copy of a text for all objects that are read at about the same time. A view keeps mostly the same few names.
func shared[S ~string](text S) S { return S(unique.Make(string(text)).Value()) }

// organizationFacts are its account, its super admin's place and its hosts. The hosts are those of its spec and those of its status: status
// gives an old one up only once its HostReservation exists. A custom domain is one of them from the moment that the organization claims it.
// To ask for it takes it from nobody (A8).
func organizationFacts(o *v1alpha1.Organization, baseDomain string) []rules.Fact {
	account := rules.Account{
		Organization: o.Name,
		Edition:      rules.EditionInForce(o.Spec),
		CreatedAt:    o.CreationTimestamp.Unix(),
		TrialEndsAt:  seconds(o.Spec.TrialEndsAt),
		Stopped:      o.Spec.Suspended != nil,
		Restricted:   o.Spec.IPRestriction != nil,
		Terminating:  rules.Ending(o),
		Grant:        rules.GrantOf(o),
	}
	if o.Spec.Subscription != nil {
		account.Licenses = o.Spec.Subscription.Licenses
		account.SubscriptionEndsAt = seconds(o.Spec.Subscription.EndsAt)
	}
	if o.Status.Trial != nil {
		account.TrialDays = o.Status.Trial.Days // promised: a policy that changes later does not move the end (E2, L9)
	}
	facts := []rules.Fact{account}
	if !account.Terminating {
		facts = append(facts, rules.Place{
			Organization: o.Name, User: o.Spec.SuperAdmin, Role: v1alpha1.RoleSuperAdmin,
			UserType: v1alpha1.UserTypeInternal, Seat: true, Grant: account.Grant,
		})
	}
	hosts := append(rules.Hosts(o, baseDomain), o.Status.Hosts...)
	if claimed := rules.ClaimedDomain(o); claimed != "" {
		hosts = append(hosts, claimed)
	}
	slices.Sort(hosts)
	for _, host := range slices.Compact(hosts) {
		facts = append(facts, rules.Claim{Kind: rules.ClaimHost, Name: host, Holder: string(o.UID)})
	}
	return facts
}

// seconds is an instant as facts state it. 0 says that there is none, so the first second of 1970 becomes the next one.
func seconds(t *metav1.Time) int64 {
	if t == nil {
		return 0
	}
	return cmp.Or(t.Unix(), 1)
}

func membershipFacts(m *v1alpha1.Membership, organization string) []rules.Fact {
	place := rules.Place{
		Organization: organization, User: shared(m.Spec.User),
		Origin:   shared(cmp.Or(m.Spec.Origin, v1alpha1.OriginProvisioned)),
		UserType: shared(cmp.Or(m.Spec.UserType, v1alpha1.UserTypeInternal)),
	}
	place.Seat = !m.Spec.Suspended
	if place.Seat && m.DeletionTimestamp == nil {
		place.Role = shared(m.Spec.Role) // a membership that is being deleted gives no power, even while a finalizer keeps it
		place.Grant = rules.GrantOf(m)
	}
	name := rules.SeatName(organization, m.Spec.User)
	return []rules.Fact{place, rules.Claim{Kind: rules.ClaimMembership, Name: name, Holder: string(m.UID)}}
}

// invitationFacts: while it is pending. A deadline that has passed ends the right to answer, not the place (I1).
func invitationFacts(i *v1alpha1.Invitation, organization string) []rules.Fact {
	state := cmp.Or(i.Status.State, v1alpha1.InvitationPending)
	if state != v1alpha1.InvitationPending || i.Spec.Revoked || i.DeletionTimestamp != nil {
		return nil
	}
	name := rules.SeatName(organization, i.Spec.Email)
	offer := rules.Offer{
		Organization: organization, User: i.Spec.Email, Invitation: string(i.UID), Role: i.Spec.Role,
		UserType: cmp.Or(i.Spec.UserType, v1alpha1.UserTypeInternal), CreatedAt: i.CreationTimestamp.Unix(),
	}
	if i.Status.ExpiresAt != nil {
		offer.ExpiresAt = i.Status.ExpiresAt.Unix() // promised: a policy that changes later does not move it (I1, L9)
	}
	return []rules.Fact{
		offer,
		rules.Claim{Kind: rules.ClaimInvitation, Name: name, Holder: string(i.UID)},
	}
}

// responseFacts: the one answer to its invitation, and until it is done the place that an acceptance is about to become. One that
// could not be carried out answers nothing: the invitation stays pending (I8).
func responseFacts(r *v1alpha1.InvitationResponse) []rules.Fact {
	if meta.IsStatusConditionTrue(r.Status.Conditions, v1alpha1.ConditionStalled) {
		return nil
	}
	facts := []rules.Fact{rules.Claim{Kind: rules.ClaimAnswer, Name: string(r.Spec.InvitationUID), Holder: string(r.UID)}}
	done := meta.IsStatusConditionTrue(r.Status.Conditions, v1alpha1.ConditionReady)
	if done || r.Spec.Decision != v1alpha1.DecisionAccept || r.Spec.Invitation == nil {
		return facts
	}
	return append(facts, rules.Acceptance{Response: string(r.UID), Place: rules.Place{
		Organization: OrganizationOf(r.Spec.Invitation.Namespace), User: r.Spec.Invitee,
		Origin: v1alpha1.OriginInvited, UserType: cmp.Or(r.Spec.UserType, v1alpha1.UserTypeInternal), Seat: true,
	}})
}

func bindingFacts(b *v1alpha1.IntegrationBinding, organization string) []rules.Fact {
	return []rules.Fact{rules.Binding{
		Organization: organization, Application: b.Spec.Application, Component: b.Spec.Component, Account: b.Spec.Account,
	}}
}

// reservationFacts: the host is the organization's for which it is held, or else its own.
func reservationFacts(h *v1alpha1.HostReservation) []rules.Fact {
	r := rules.Reservation{Host: h.Name, Holder: string(h.UID)}
	if h.Spec.HeldFor != nil {
		r.Holder, r.Organization = string(h.Spec.HeldFor.UID), shared(h.Spec.HeldFor.Name)
	}
	if h.Spec.ExpiresAt != nil {
		r.ExpiresAt = h.Spec.ExpiresAt.Unix()
	}
	return []rules.Fact{rules.Claim{Kind: rules.ClaimHost, Name: r.Host, Holder: r.Holder}, r}
}

// requestFacts: it is one of its author's requests. Until it is done, it is their only one for that action there.
func requestFacts(r *v1alpha1.OrganizationRequest) []rules.Fact {
	facts := []rules.Fact{rules.Claim{Kind: rules.ClaimAsked, Name: r.Spec.User, Holder: string(r.UID)}}
	if r.Status.CompletedAt != nil {
		return facts
	}
	return append(facts, rules.Claim{Kind: rules.ClaimRequest, Name: rules.RequestName(r.Spec), Holder: string(r.UID)})
}

// userFacts are none: the default that a person chose takes nothing from anybody. It is shown to them.
func userFacts(*v1alpha1.User) []rules.Fact { return nil }

func policyFacts(p *v1alpha1.PlatformPolicy) []rules.Fact { return rules.PolicyFacts(p.Spec) }
