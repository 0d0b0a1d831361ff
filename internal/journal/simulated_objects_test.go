// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

var policyKey = key{kind: "PlatformPolicy", name: client.ObjectKey{Name: "default"}}

// fresh is a name that nothing had before.
func (s *simulation) fresh() string {
	s.names++
	return fmt.Sprintf("n%d", s.names)
}

func metaOf(organization, name string) metav1.ObjectMeta {
	if organization == "" {
		return metav1.ObjectMeta{Name: name}
	}
	return metav1.ObjectMeta{Namespace: v1alpha1.NamespacePrefix + organization, Name: name}
}

func organization(name, superAdmin, host string, edition v1alpha1.Edition, licenses int32) *v1alpha1.Organization {
	o := &v1alpha1.Organization{ObjectMeta: metaOf("", name)}
	o.Finalizers = []string{v1alpha1.OrganizationFinalizer}
	o.Spec = v1alpha1.OrganizationSpec{
		SuperAdmin: superAdmin, AccessURL: &v1alpha1.AccessURL{Name: host},
		Subscription: &v1alpha1.Subscription{Edition: edition, Licenses: licenses},
	}
	return o
}

func membership(organization, name, user string, origin v1alpha1.Origin, userType v1alpha1.UserType) *v1alpha1.Membership {
	return &v1alpha1.Membership{ObjectMeta: metaOf(organization, name), Spec: v1alpha1.MembershipSpec{
		User: user, Role: v1alpha1.RoleAdministrator, Origin: origin, UserType: userType,
	}}
}

func invitation(organization, name, email string) *v1alpha1.Invitation {
	return &v1alpha1.Invitation{ObjectMeta: metaOf(organization, name), Spec: v1alpha1.InvitationSpec{
		Email: email, Role: v1alpha1.RoleStandard, UserType: v1alpha1.UserTypeInternal,
	}}
}

// response answers an invitation as the mutating webhook stamps it.
func response(name string, i *v1alpha1.Invitation, decision v1alpha1.Decision) *v1alpha1.InvitationResponse {
	return &v1alpha1.InvitationResponse{ObjectMeta: metaOf("", name), Spec: v1alpha1.InvitationResponseSpec{
		Invitation: &v1alpha1.InvitationReference{Namespace: i.Namespace, Name: i.Name}, Decision: decision,
		Author: i.Spec.Email, Invitee: i.Spec.Email, InvitationUID: i.UID, Role: i.Spec.Role, UserType: i.Spec.UserType,
	}}
}

// binding is of one application that is bound once on either side, or of one whose account can be changed in place.
func binding(organization, name, component, account string) *v1alpha1.IntegrationBinding {
	b := &v1alpha1.IntegrationBinding{ObjectMeta: metaOf(organization, name), Spec: v1alpha1.IntegrationBindingSpec{
		Application: "ZohoDesk", Account: account, InitiatedFrom: v1alpha1.InitiatedFromApplication,
	}}
	if component != "" {
		b.Spec.Application, b.Spec.Component = "MicrosoftTeams", component
	}
	return b
}

func reservation(host string, o *v1alpha1.Organization) *v1alpha1.HostReservation {
	h := &v1alpha1.HostReservation{ObjectMeta: metaOf("", host)}
	if o != nil {
		h.Spec.HeldFor = &v1alpha1.OrganizationReference{Name: o.Name, UID: o.UID}
	}
	return h
}

// policy limits users to few of everything; the numbers do not contradict each other.
func policy(organizations, created, pending int32) v1alpha1.PlatformPolicySpec {
	return v1alpha1.PlatformPolicySpec{Limits: &v1alpha1.LimitsPolicy{
		OrganizationsPerUser: ptr.To(organizations), CreatedOrganizationsPerUser: ptr.To(min(created, organizations)),
		CreatedCRMPlusPerUser: ptr.To[int32](1), InvitedCRMPlusPerUser: ptr.To[int32](1), InternalZohoOnePerUser: ptr.To[int32](1),
		PendingInvitationsPerUser: ptr.To(pending), PendingInvitationsPerSuperAdmin: ptr.To(pending),
	}}
}
