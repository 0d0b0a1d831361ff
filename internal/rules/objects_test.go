// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// now is when every request comes, one day after everything was created.
var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const (
	john  = "john@zylker.com"
	alice = "alice@zylker.com"
	bob   = "bob@zylker.com"
	carol = "carol@example.net"
)

var (
	platform  = rules.Actor{Platform: true}
	anonymous = rules.Actor{}
)

func user(email string) rules.Actor { return rules.Actor{Email: email} }

// object is a wrapped API object. A wrapper's methods leave it as it is and yield a changed copy.
type object interface{ bare() client.Object }

func meta(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Namespace: namespace, Name: name, UID: types.UID(namespace + "/" + name), ResourceVersion: "1", Generation: 1,
		CreationTimestamp: metav1.NewTime(now.AddDate(0, 0, -1)),
	}
}

// judged is the condition by which the operator says whether an object was granted its place.
func judged(given metav1.ConditionStatus) []metav1.Condition {
	return []metav1.Condition{{Type: v1alpha1.ConditionGranted, Status: given}}
}

type organization struct{ *v1alpha1.Organization }

// org is an organization as somebody creates it: on trial.
func org(name, superAdmin string) organization {
	m := meta("", name)
	m.UID = types.UID("organization/" + name)
	m.Finalizers = []string{v1alpha1.OrganizationFinalizer}
	return organization{&v1alpha1.Organization{
		ObjectMeta: m,
		Spec:       v1alpha1.OrganizationSpec{DisplayName: "Zylker", SuperAdmin: superAdmin, TimeZone: "Europe/Paris", Locale: "fr"},
		Status:     v1alpha1.OrganizationStatus{Conditions: judged(metav1.ConditionTrue)},
	}}
}

func (o organization) bare() client.Object { return o.Organization }

func (o organization) having(change func(*v1alpha1.Organization)) organization {
	o.Organization = o.DeepCopy()
	change(o.Organization)
	return o
}

func (o organization) on(edition v1alpha1.Edition, licenses int32) organization {
	return o.having(func(o *v1alpha1.Organization) {
		o.Spec.Subscription = &v1alpha1.Subscription{Edition: edition, Licenses: licenses}
	})
}

func (o organization) of(superAdmin string) organization {
	return o.having(func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = superAdmin })
}

// waiting is an object about whose place the operator has not decided; refused is one that was granted none.
func (o organization) waiting() organization {
	return o.having(func(o *v1alpha1.Organization) { o.Status.Conditions = nil })
}

func (o organization) refused() organization {
	return o.having(func(o *v1alpha1.Organization) { o.Status.Conditions = judged(metav1.ConditionFalse) })
}

func (o organization) terminating() organization {
	return o.having(func(o *v1alpha1.Organization) { o.DeletionTimestamp = &metav1.Time{Time: now} })
}

func (o organization) at(name, customDomain string) organization {
	return o.having(func(o *v1alpha1.Organization) {
		o.Spec.AccessURL = &v1alpha1.AccessURL{Name: name, CustomDomain: customDomain}
	})
}

// claiming is one that has proved a domain and claims it.
func (o organization) claiming(domain string) organization {
	return o.having(func(o *v1alpha1.Organization) {
		o.Annotations = map[string]string{v1alpha1.DomainClaimAnnotation: string(o.UID) + "/" + domain}
	})
}

func (o organization) named(uid string) organization {
	return o.having(func(o *v1alpha1.Organization) { o.UID = types.UID(uid) })
}

func (o organization) trialUntil(end time.Time) organization {
	return o.having(func(o *v1alpha1.Organization) { o.Spec.TrialEndsAt = &metav1.Time{Time: end} })
}

// subscribedUntil is one on a subscription that has an end.
func (o organization) subscribedUntil(end time.Time) organization {
	return o.on(v1alpha1.EditionStandard, 5).having(func(o *v1alpha1.Organization) { o.Spec.Subscription.EndsAt = &metav1.Time{Time: end} })
}

// stopped is one that the platform suspends.
func (o organization) stopped(reason string) organization {
	return o.having(func(o *v1alpha1.Organization) { o.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: reason} })
}

// promised is one whose trial was promised to last so many days.
func (o organization) promised(days int32) organization {
	return o.having(func(o *v1alpha1.Organization) { o.Status.Trial = &v1alpha1.TrialStatus{Days: days} })
}

func (o organization) restricted() organization {
	return o.having(func(o *v1alpha1.Organization) {
		o.Spec.IPRestriction = &v1alpha1.IPRestriction{AllowedCIDRs: []string{"203.0.113.0/24"}}
	})
}

type membership struct{ *v1alpha1.Membership }

// member is a Standard, internal membership that a platform actor wrote.
func member(email, organization string) membership {
	return membership{&v1alpha1.Membership{
		ObjectMeta: meta("org-"+organization, email),
		Spec:       v1alpha1.MembershipSpec{User: email, Role: v1alpha1.RoleStandard},
		Status:     v1alpha1.MembershipStatus{Conditions: judged(metav1.ConditionTrue)},
	}}
}

// admin is an Administrator's membership.
func admin(email, organization string) membership {
	return member(email, organization).having(func(m *v1alpha1.MembershipSpec) { m.Role = v1alpha1.RoleAdministrator })
}

func (m membership) bare() client.Object { return m.Membership }

func (m membership) having(change func(*v1alpha1.MembershipSpec)) membership {
	m.Membership = m.DeepCopy()
	change(&m.Spec)
	return m
}

func (m membership) external() membership {
	return m.having(func(m *v1alpha1.MembershipSpec) { m.UserType = v1alpha1.UserTypeExternal })
}

func (m membership) origin(o v1alpha1.Origin) membership {
	return m.having(func(m *v1alpha1.MembershipSpec) { m.Origin = o })
}

func (m membership) suspended() membership {
	return m.having(func(m *v1alpha1.MembershipSpec) { m.Suspended = true })
}

func (m membership) called(name string) membership {
	m.Membership = m.DeepCopy()
	m.ObjectMeta = meta(m.Namespace, name)
	return m
}

func (m membership) going() membership {
	m.Membership = m.DeepCopy()
	m.DeletionTimestamp = &metav1.Time{Time: now}
	return m
}

type invitation struct{ *v1alpha1.Invitation }

// invite is a pending invitation, a day old.
func invite(email, organization string) invitation {
	return invitation{&v1alpha1.Invitation{
		ObjectMeta: meta("org-"+organization, "to-"+email),
		Spec:       v1alpha1.InvitationSpec{Email: email, Role: v1alpha1.RoleStandard},
	}}
}

func (i invitation) bare() client.Object { return i.Invitation }

func (i invitation) having(change func(*v1alpha1.Invitation)) invitation {
	i.Invitation = i.DeepCopy()
	change(i.Invitation)
	return i
}

func (i invitation) revoked() invitation {
	return i.having(func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })
}

func (i invitation) in(state v1alpha1.InvitationState) invitation {
	return i.having(func(i *v1alpha1.Invitation) { i.Status.State = state })
}

func (i invitation) resend() invitation {
	return i.having(func(i *v1alpha1.Invitation) {
		i.Annotations = map[string]string{v1alpha1.ResendRequestedAtAnnotation: now.Format(time.RFC3339)}
	})
}

// invitedBy is one whose inviter was noted when it was created.
func (i invitation) invitedBy(inviter string) invitation {
	return i.having(func(i *v1alpha1.Invitation) {
		i.Annotations = map[string]string{v1alpha1.InvitedByAnnotation: inviter}
	})
}

func (i invitation) from(inviter string) invitation {
	return i.having(func(i *v1alpha1.Invitation) { i.Spec.InvitedBy = inviter })
}

func (i invitation) called(name string) invitation {
	return i.having(func(i *v1alpha1.Invitation) { i.ObjectMeta = meta(i.Namespace, name) })
}

type response struct{ *v1alpha1.InvitationResponse }

// accepts is an answer as the webhook has stamped it.
func (i invitation) accepts() response {
	return response{&v1alpha1.InvitationResponse{
		ObjectMeta: meta("", "answer-to-"+i.Name+"-of-"+i.Namespace),
		Spec: v1alpha1.InvitationResponseSpec{
			Invitation: &v1alpha1.InvitationReference{Namespace: i.Namespace, Name: i.Name},
			Decision:   v1alpha1.DecisionAccept, Invitee: i.Spec.Email, InvitationUID: i.UID, Author: i.Spec.Email,
			Role: i.Spec.Role, UserType: i.Spec.UserType,
		},
	}}
}

func (i invitation) declines() response {
	return i.accepts().having(func(r *v1alpha1.InvitationResponse) { r.Spec.Decision = v1alpha1.DecisionDecline })
}

func (r response) bare() client.Object { return r.InvitationResponse }

func (r response) having(change func(*v1alpha1.InvitationResponse)) response {
	r.InvitationResponse = r.DeepCopy()
	change(r.InvitationResponse)
	return r
}

func (r response) called(name string) response {
	return r.having(func(r *v1alpha1.InvitationResponse) { r.ObjectMeta = meta("", name) })
}

type binding struct{ *v1alpha1.IntegrationBinding }

// bound is a binding that was started in the CRM.
func bound(organization, application, account string) binding {
	return binding{&v1alpha1.IntegrationBinding{
		ObjectMeta: meta("org-"+organization, application+"-"+account),
		Spec: v1alpha1.IntegrationBindingSpec{
			Application: application, Account: account, InitiatedFrom: v1alpha1.InitiatedFromCRM,
		},
	}}
}

func (b binding) bare() client.Object { return b.IntegrationBinding }

func (b binding) having(change func(*v1alpha1.IntegrationBindingSpec)) binding {
	b.IntegrationBinding = b.DeepCopy()
	change(&b.Spec)
	return b
}

func (b binding) component(name string) binding {
	b = b.having(func(b *v1alpha1.IntegrationBindingSpec) { b.Component = name })
	b.ObjectMeta = meta(b.Namespace, b.Name+"-"+name)
	return b
}

func (b binding) account(name string) binding {
	return b.having(func(b *v1alpha1.IntegrationBindingSpec) { b.Account = name })
}

func (b binding) startedOutside() binding {
	return b.having(func(b *v1alpha1.IntegrationBindingSpec) { b.InitiatedFrom = v1alpha1.InitiatedFromApplication })
}

type policy struct{ *v1alpha1.PlatformPolicy }

// policyWith is the PlatformPolicy, silent but for what is changed.
func policyWith(changes ...func(*v1alpha1.PlatformPolicySpec)) policy {
	p := &v1alpha1.PlatformPolicy{ObjectMeta: meta("", v1alpha1.PlatformPolicyName)}
	for _, change := range changes {
		change(&p.Spec)
	}
	return policy{p}
}

func (p policy) bare() client.Object { return p.PlatformPolicy }

// limits changes the numbers of a policy.
func limits(change func(*v1alpha1.LimitsPolicy)) func(*v1alpha1.PlatformPolicySpec) {
	return func(s *v1alpha1.PlatformPolicySpec) {
		s.Limits = &v1alpha1.LimitsPolicy{}
		change(s.Limits)
	}
}

func rows(rows ...v1alpha1.IntegrationRow) func(*v1alpha1.PlatformPolicySpec) {
	return func(s *v1alpha1.PlatformPolicySpec) { s.Integrations = rows }
}

func reserved(names ...string) func(*v1alpha1.PlatformPolicySpec) {
	return func(s *v1alpha1.PlatformPolicySpec) { s.Hosts = &v1alpha1.HostPolicy{ReservedNames: names} }
}

func trial(days, warningDays int32) func(*v1alpha1.PlatformPolicySpec) {
	return func(s *v1alpha1.PlatformPolicySpec) {
		s.Trial = &v1alpha1.TrialPolicy{Days: &days, WarningDays: &warningDays}
	}
}

func openSignUp(s *v1alpha1.PlatformPolicySpec) { s.SignUp = v1alpha1.SignUpOpen }

type reservation struct{ *v1alpha1.HostReservation }

// reserve keeps a host from everybody.
func reserve(host string) reservation {
	return reservation{&v1alpha1.HostReservation{ObjectMeta: meta("", host)}}
}

func (r reservation) bare() client.Object { return r.HostReservation }

func (r reservation) heldFor(o organization) reservation {
	r.HostReservation = r.DeepCopy()
	r.Spec.HeldFor = &v1alpha1.OrganizationReference{Name: o.Name, UID: o.UID}
	return r
}

func (r reservation) until(end time.Time) reservation {
	r.HostReservation = r.DeepCopy()
	r.Spec.ExpiresAt = &metav1.Time{Time: end}
	return r
}

type person struct{ *v1alpha1.User }

// account is somebody's User object.
func account(email string) person {
	m := meta("", rules.ObjectName(email))
	return person{&v1alpha1.User{ObjectMeta: m, Spec: v1alpha1.UserSpec{Email: email}}}
}

func (p person) bare() client.Object { return p.User }

func (p person) called(name string) person {
	p.User = p.DeepCopy()
	p.ObjectMeta = meta("", name)
	return p
}

func (p person) ending() person {
	p.User = p.DeepCopy()
	p.DeletionTimestamp = &metav1.Time{Time: now}
	return p
}

func (p person) prefers(organization string) person {
	p.User = p.DeepCopy()
	p.Spec.DefaultOrganization = organization
	return p
}

func (p person) labelled(key string) person {
	p.User = p.DeepCopy()
	p.Labels = map[string]string{key: "polyorg"}
	return p
}

func (p person) annotated(key string) person {
	p.User = p.DeepCopy()
	p.Annotations = map[string]string{key: "polyorg"}
	return p
}

// crowd makes n members of an organization.
func crowd(n int, organization string) []object {
	objects := make([]object, n)
	for i := range objects {
		objects[i] = member("member"+strconv.Itoa(i+1)+"@example.org", organization)
	}
	return objects
}

// elsewhere makes n organizations of somebody else, with the user as a member of each.
func elsewhere(n int, edit func(organization, membership) (organization, membership), email string) []object {
	var objects []object
	for i := range n {
		name := "secret" + strconv.Itoa(i+1)
		o, m := org(name, "boss@example.org"), member(email, name)
		if edit != nil {
			o, m = edit(o, m)
		}
		objects = append(objects, o, m)
	}
	return objects
}
