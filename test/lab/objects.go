// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"fmt"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

var names atomic.Int64

// Unique makes a name that nothing else in this process uses.
func Unique(prefix string) string { return fmt.Sprintf("%s-%d", prefix, names.Add(1)) }

// Person makes an e-mail address that nothing else in this process uses.
func Person(prefix string) string { return Unique(prefix) + "@zylker.com" }

// NewOrganization makes one on trial, or with a subscription to Enterprise if there are licences.
func NewOrganization(superAdmin string, licenses int32) *v1alpha1.Organization {
	org := &v1alpha1.Organization{
		ObjectMeta: metav1.ObjectMeta{Name: Unique("zylker")},
		Spec:       v1alpha1.OrganizationSpec{DisplayName: "Zylker", SuperAdmin: superAdmin},
	}
	if licenses > 0 {
		org.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionEnterprise, Licenses: licenses}
	}
	return org
}

// NamespaceOf is the name of an organization's namespace.
func NamespaceOf(org *v1alpha1.Organization) string { return v1alpha1.NamespacePrefix + org.Name }

// NewNamespace is the namespace of an organization, as Git may have it.
func NewNamespace(org *v1alpha1.Organization) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: NamespaceOf(org), Labels: map[string]string{v1alpha1.OrganizationLabel: org.Name},
	}}
}

// NewMembership is a person's membership of an organization.
func NewMembership(org *v1alpha1.Organization, user string, role v1alpha1.Role) *v1alpha1.Membership {
	return &v1alpha1.Membership{ObjectMeta: inside(org), Spec: v1alpha1.MembershipSpec{User: user, Role: role}}
}

// NewInvitation invites a person as a Standard member.
func NewInvitation(org *v1alpha1.Organization, email string) *v1alpha1.Invitation {
	return &v1alpha1.Invitation{ObjectMeta: inside(org), Spec: v1alpha1.InvitationSpec{Email: email, Role: v1alpha1.RoleStandard}}
}

// NewResponse answers an invitation. The API server gives it its name.
func NewResponse(inv *v1alpha1.Invitation, decision v1alpha1.Decision) *v1alpha1.InvitationResponse {
	return &v1alpha1.InvitationResponse{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "answer-"},
		Spec: v1alpha1.InvitationResponseSpec{Decision: decision,
			Invitation: &v1alpha1.InvitationReference{Namespace: inv.Namespace, Name: inv.Name}},
	}
}

// NewBinding binds an organization to an account, initiated from the CRM.
func NewBinding(org *v1alpha1.Organization, application, account string) *v1alpha1.IntegrationBinding {
	return &v1alpha1.IntegrationBinding{ObjectMeta: inside(org), Spec: v1alpha1.IntegrationBindingSpec{
		Application: application, Account: account, InitiatedFrom: v1alpha1.InitiatedFromCRM}}
}

func inside(org *v1alpha1.Organization) metav1.ObjectMeta { return Inside(org.Name, Unique("x")) }

// Inside names an object in the namespace of an organization.
func Inside(organization, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: v1alpha1.NamespacePrefix + organization, Name: name}
}
