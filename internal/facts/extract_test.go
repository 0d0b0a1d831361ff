// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestOf(t *testing.T) {
	account := rules.Account{Organization: "zylker", Edition: v1alpha1.EditionEnterprise, CreatedAt: born.Unix()}
	lead := rules.Place{Organization: "zylker", User: john, Role: v1alpha1.RoleSuperAdmin, UserType: v1alpha1.UserTypeInternal, Seat: true}
	host := func(name string) rules.Claim {
		return rules.Claim{Kind: rules.ClaimHost, Name: name, Holder: "uid of zylker"}
	}
	place := rules.Place{
		Organization: "zylker", User: bob, Role: v1alpha1.RoleStandard, Origin: v1alpha1.OriginProvisioned, UserType: v1alpha1.UserTypeInternal, Seat: true,
	}
	member := rules.Claim{Kind: rules.ClaimMembership, Name: "zylker/" + bob, Holder: "uid of m"}
	answer := rules.Claim{Kind: rules.ClaimAnswer, Name: "uid of inv", Holder: "uid of r"}
	coming := rules.Acceptance{Response: "uid of r", Place: rules.Place{
		Organization: "zylker", User: bob, Origin: v1alpha1.OriginInvited, UserType: v1alpha1.UserTypeInternal, Seat: true,
	}}

	for sentence, tc := range map[string]struct {
		object client.Object
		want   []rules.Fact
	}{
		"O4, A1: an organization states its trial, its super admin's place and its host": {
			organization("zylker"), []rules.Fact{account, lead, host("zylker.crm.example.com")},
		},
		"E1, E2, I6: and all that it bought or got": {
			with(organization("zylker"), func(o *v1alpha1.Organization) {
				o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionZohoOne, Licenses: 25}
				o.Spec.TrialEndsAt = &metav1.Time{Time: born.AddDate(1, 0, 0)}
				o.Status.Trial = &v1alpha1.TrialStatus{Days: 30}
				o.Spec.IPRestriction = &v1alpha1.IPRestriction{}
			}),
			[]rules.Fact{
				rules.Account{
					Organization: "zylker", Edition: v1alpha1.EditionZohoOne, Licenses: 25, CreatedAt: born.Unix(),
					TrialDays: 30, TrialEndsAt: born.AddDate(1, 0, 0).Unix(), Restricted: true,
				}, lead, host("zylker.crm.example.com"),
			},
		},
		"E8: and what suspends it": {
			with(organization("zylker"), func(o *v1alpha1.Organization) {
				o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionUltimate, Licenses: 5, EndsAt: &metav1.Time{Time: born.AddDate(1, 0, 0)}}
				o.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: "Unpaid invoices"}
			}),
			[]rules.Fact{
				rules.Account{
					Organization: "zylker", Edition: v1alpha1.EditionUltimate, Licenses: 5, CreatedAt: born.Unix(),
					SubscriptionEndsAt: born.AddDate(1, 0, 0).Unix(), Stopped: true,
				}, lead, host("zylker.crm.example.com"),
			},
		},
		"E2, E8: ends in the first second of 1970 are ends": {
			with(organization("zylker"), func(o *v1alpha1.Organization) {
				o.Spec.TrialEndsAt = &metav1.Time{Time: time.Unix(0, 0)}
				o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionUltimate, Licenses: 5, EndsAt: &metav1.Time{Time: time.Unix(0, 0)}}
			}),
			[]rules.Fact{
				rules.Account{
					Organization: "zylker", Edition: v1alpha1.EditionUltimate, Licenses: 5, CreatedAt: born.Unix(), TrialEndsAt: 1, SubscriptionEndsAt: 1,
				}, lead, host("zylker.crm.example.com"),
			},
		},
		"A6: it holds the hosts that it asks for and those that it still serves, each once": {
			with(organization("zylker"), func(o *v1alpha1.Organization) {
				o.Spec.AccessURL = &v1alpha1.AccessURL{Name: "shop", CustomDomain: "crm.zylker.com"}
				o.Annotations = map[string]string{v1alpha1.DomainClaimAnnotation: "uid of zylker/crm.zylker.com"}
				o.Status.Hosts = []string{"shop.crm.example.com", "former.crm.example.com"}
			}),
			[]rules.Fact{account, lead, host("crm.zylker.com"), host("former.crm.example.com"), host("shop.crm.example.com")},
		},
		"A8: it holds no domain that it only asks for, nor one that a former organization claimed": {
			with(organization("zylker"), func(o *v1alpha1.Organization) {
				o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: "crm.zylker.com"}
				o.Annotations = map[string]string{v1alpha1.DomainClaimAnnotation: "uid of another/crm.zylker.com"}
			}),
			[]rules.Fact{account, lead, host("zylker.crm.example.com")},
		},
		"A8: it holds a domain that it claims until the claim is removed, whatever its spec says": {
			with(organization("zylker"), func(o *v1alpha1.Organization) {
				o.Annotations = map[string]string{v1alpha1.DomainClaimAnnotation: "uid of zylker/crm.zylker.com"}
			}),
			[]rules.Fact{account, lead, host("crm.zylker.com"), host("zylker.crm.example.com")},
		},
		"O7: while it is deleted it holds its hosts alone": {
			with(organization("zylker"), func(o *v1alpha1.Organization) { o.DeletionTimestamp = &metav1.Time{Time: born} }),
			[]rules.Fact{
				rules.Account{Organization: "zylker", Edition: v1alpha1.EditionEnterprise, CreatedAt: born.Unix(), Terminating: true},
				host("zylker.crm.example.com"),
			},
		},
		"O7: while it is protected, its deletion means nothing": {
			with(organization("zylker"), func(o *v1alpha1.Organization) {
				o.DeletionTimestamp, o.Spec.DeletionProtection = &metav1.Time{Time: born}, true
			}),
			[]rules.Fact{account, lead, host("zylker.crm.example.com")},
		},
		"L6: a membership states a place, and that it is the only one": {membership("m", bob), []rules.Fact{place, member}},
		"L2, L5: with its origin and type": {
			with(membership("m", bob), func(m *v1alpha1.Membership) {
				m.Spec.Role, m.Spec.Origin, m.Spec.UserType = v1alpha1.RoleAdministrator, v1alpha1.OriginCreated, v1alpha1.UserTypeExternal
			}),
			[]rules.Fact{rules.Place{
				Organization: "zylker", User: bob, Role: v1alpha1.RoleAdministrator, Origin: v1alpha1.OriginCreated, UserType: v1alpha1.UserTypeExternal, Seat: true,
			}, member},
		},
		"E5, R7: suspended it keeps the place, without seat and power": {
			with(membership("m", bob), func(m *v1alpha1.Membership) { m.Spec.Suspended = true }),
			[]rules.Fact{rules.Place{
				Organization: "zylker", User: bob, Origin: v1alpha1.OriginProvisioned, UserType: v1alpha1.UserTypeInternal,
			}, member},
		},
		"L1, R7: until it is gone it holds its place and seat, without power": {
			with(membership("m", bob), func(m *v1alpha1.Membership) { m.DeletionTimestamp = &metav1.Time{Time: born} }),
			[]rules.Fact{rules.Place{
				Organization: "zylker", User: bob, Origin: v1alpha1.OriginProvisioned, UserType: v1alpha1.UserTypeInternal, Seat: true,
			}, member},
		},
		"R7: whether its role is in force, a membership says as the operator does: not yet": {
			with(membership("m", bob), func(m *v1alpha1.Membership) { m.Status.Conditions = nil }), []rules.Fact{granted(place, rules.Awaited), member},
		},
		"R7: or not, because a limit leaves it no place": {
			with(membership("m", bob), func(m *v1alpha1.Membership) { m.Status.Conditions = judged(metav1.ConditionFalse) }),
			[]rules.Fact{granted(place, rules.Withheld), member},
		},
		"R7: so does an organization, of itself and its super admin": {
			with(organization("zylker"), func(o *v1alpha1.Organization) { o.Status.Conditions = judged(metav1.ConditionFalse) }),
			[]rules.Fact{
				rules.Account{Organization: "zylker", Edition: v1alpha1.EditionEnterprise, CreatedAt: born.Unix(), Grant: rules.Withheld},
				granted(lead, rules.Withheld), host("zylker.crm.example.com"),
			},
		},
		"I8: an answer that could not be carried out states nothing": {
			with(response("r"), func(r *v1alpha1.InvitationResponse) {
				meta.SetStatusCondition(&r.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue})
			}), nil,
		},
		"a membership in the namespace of no organization states nothing": {
			with(membership("m", bob), func(m *v1alpha1.Membership) { m.Namespace = "default" }), nil,
		},
		"I1: an invitation without a state is pending": {invitation("inv"), offered()},
		"I2: so is one that says so": {
			with(invitation("inv"), func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationPending }), offered(),
		},
		"I2: an accepted one states nothing": {
			with(invitation("inv"), func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationAccepted }), nil,
		},
		"I10: nor does a revoked one, at once": {
			with(invitation("inv"), func(i *v1alpha1.Invitation) { i.Spec.Revoked = true }), nil,
		},
		"I2: nor one that is being deleted": {
			with(invitation("inv"), func(i *v1alpha1.Invitation) { i.DeletionTimestamp = &metav1.Time{Time: born} }), nil,
		},
		"I2, I8: an acceptance is the one answer, and the place that it is about to become": {response("r"), []rules.Fact{answer, coming}},
		"I2: a decline is the answer alone": {
			with(response("r"), func(r *v1alpha1.InvitationResponse) { r.Spec.Decision = v1alpha1.DecisionDecline }), []rules.Fact{answer},
		},
		"I2: carried out, it is still the answer, and the place is the membership's": {
			with(response("r"), func(r *v1alpha1.InvitationResponse) {
				r.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue}}
			}), []rules.Fact{answer},
		},
		"G1: a binding states itself": {
			binding("b"), []rules.Fact{rules.Binding{Organization: "zylker", Application: "Google", Component: "Calendar", Account: "team"}},
		},
		"A6: a reservation holds its host, for nobody": {
			reserved("old.crm.example.com"), []rules.Fact{
				rules.Claim{Kind: rules.ClaimHost, Name: "old.crm.example.com", Holder: "uid of old.crm.example.com"},
				rules.Reservation{Host: "old.crm.example.com", Holder: "uid of old.crm.example.com"},
			},
		},
		"A2: or for an organization, known by UID": {
			with(reserved("old.crm.example.com"), func(h *v1alpha1.HostReservation) {
				h.Spec.HeldFor = &v1alpha1.OrganizationReference{Name: "zylker", UID: "uid of zylker"}
				h.Spec.ExpiresAt = &metav1.Time{Time: time.Unix(1772366400, 0)}
			}), []rules.Fact{
				host("old.crm.example.com"),
				rules.Reservation{Host: "old.crm.example.com", Holder: "uid of zylker", Organization: "zylker", ExpiresAt: 1772366400},
			},
		},
		"L9, A4: a policy states its numbers and names": {
			&v1alpha1.PlatformPolicy{Spec: v1alpha1.PlatformPolicySpec{Hosts: &v1alpha1.HostPolicy{ReservedNames: []string{"a", "b"}}}},
			[]rules.Fact{rules.PolicyOf(v1alpha1.PlatformPolicySpec{}), rules.ReservedNames{Names: "a,b"}},
		},
		"G3: and the rows that it adds": {
			&v1alpha1.PlatformPolicy{Spec: v1alpha1.PlatformPolicySpec{
				Hosts:        &v1alpha1.HostPolicy{ReservedNames: []string{"a"}},
				Integrations: []v1alpha1.IntegrationRow{{Application: "Fax", Unit: "line", OrganizationsPerAccount: 1, InitiatedFrom: []v1alpha1.InitiatedFrom{"CRM", "Application"}}},
			}},
			[]rules.Fact{
				rules.PolicyOf(v1alpha1.PlatformPolicySpec{}), rules.ReservedNames{Names: "a"},
				rules.Row{Application: "Fax", Unit: "line", OrganizationsPerAccount: 1, InitiatedFrom: "CRM,Application"},
			},
		},
		"G1: whose accounts may differ in letter case": {
			&v1alpha1.PlatformPolicy{Spec: v1alpha1.PlatformPolicySpec{
				Hosts:        &v1alpha1.HostPolicy{ReservedNames: []string{"a"}},
				Integrations: []v1alpha1.IntegrationRow{{Application: "Fax", Accounts: v1alpha1.AccountsExact, InitiatedFrom: []v1alpha1.InitiatedFrom{"CRM"}}},
			}},
			[]rules.Fact{rules.PolicyOf(v1alpha1.PlatformPolicySpec{}), rules.ReservedNames{Names: "a"}, rules.Row{Application: "Fax", InitiatedFrom: "CRM", Exact: true}},
		},
		"a User states nothing":        {&v1alpha1.User{}, nil},
		"nor does what is not of ours": {&corev1.Secret{}, nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Of(tc.object, baseDomain), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func granted(p rules.Place, grant rules.Grant) rules.Place {
	p.Grant = grant
	return p
}

// offered is what the invitation "inv" states while it is pending.
func offered() []rules.Fact {
	return []rules.Fact{
		rules.Offer{
			Organization: "zylker", User: bob, Invitation: "uid of inv", Role: v1alpha1.RoleStandard, UserType: v1alpha1.UserTypeInternal, CreatedAt: born.Unix(),
		},
		rules.Claim{Kind: rules.ClaimInvitation, Name: "zylker/" + bob, Holder: "uid of inv"},
	}
}

func TestOrganizationOf(t *testing.T) {
	for namespace, want := range map[string]string{
		"org-zylker": "zylker", "org-org-zylker": "org-zylker", "org-": "", "zylker": "", "default": "", "": "",
	} {
		if got := OrganizationOf(namespace); got != want {
			t.Errorf("%q is of %q, want %q", namespace, got, want)
		}
	}
}

func TestEveryKindCanBeRead(t *testing.T) {
	for _, kind := range Kinds() {
		if o, err := NewObject(kind); err != nil || o == nil {
			t.Errorf("%s: %v, %v", kind, o, err)
		}
	}
	if _, err := NewObject("Journal"); err == nil {
		t.Error("the journal states no facts of its own")
	}
}
