// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

const (
	baseDomain = "crm.example.com"
	john       = "john@zylker.com"
	bob        = "bob@zylker.com"
)

var born = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// with makes a changed copy of an object, which stays as it is.
func with[T interface{ DeepCopy() T }](o T, change func(T)) T {
	o = o.DeepCopy()
	change(o)
	return o
}

func at[T interface {
	metav1.Object
	DeepCopy() T
}](o T, version string) T {
	return with(o, func(o T) { o.SetResourceVersion(version) })
}

func metaOf(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Namespace: namespace, Name: name, UID: types.UID("uid of " + name), ResourceVersion: "1", CreationTimestamp: metav1.NewTime(born),
	}
}

// judged is the condition by which the operator says whether an object was granted its place.
func judged(given metav1.ConditionStatus) []metav1.Condition {
	return []metav1.Condition{{Type: v1alpha1.ConditionGranted, Status: given}}
}

func organization(name string) *v1alpha1.Organization {
	return &v1alpha1.Organization{
		ObjectMeta: metaOf("", name), Spec: v1alpha1.OrganizationSpec{DisplayName: "Zylker", SuperAdmin: john},
		Status: v1alpha1.OrganizationStatus{Conditions: judged(metav1.ConditionTrue)},
	}
}

func membership(name, user string) *v1alpha1.Membership {
	return &v1alpha1.Membership{
		ObjectMeta: metaOf("org-zylker", name), Spec: v1alpha1.MembershipSpec{User: user, Role: v1alpha1.RoleStandard},
		Status: v1alpha1.MembershipStatus{Conditions: judged(metav1.ConditionTrue)},
	}
}

func invitation(name string) *v1alpha1.Invitation {
	return &v1alpha1.Invitation{
		ObjectMeta: metaOf("org-zylker", name), Spec: v1alpha1.InvitationSpec{Email: bob, Role: v1alpha1.RoleStandard},
	}
}

// response accepts the invitation "inv", as it was stamped.
func response(name string) *v1alpha1.InvitationResponse {
	return &v1alpha1.InvitationResponse{
		ObjectMeta: metaOf("", name),
		Spec: v1alpha1.InvitationResponseSpec{
			Invitation: &v1alpha1.InvitationReference{Namespace: "org-zylker", Name: "inv"}, Decision: v1alpha1.DecisionAccept,
			Invitee: bob, InvitationUID: "uid of inv", Role: v1alpha1.RoleStandard, UserType: v1alpha1.UserTypeInternal,
		},
	}
}

func binding(name string) *v1alpha1.IntegrationBinding {
	return &v1alpha1.IntegrationBinding{
		ObjectMeta: metaOf("org-zylker", name),
		Spec:       v1alpha1.IntegrationBindingSpec{Application: "Google", Component: "Calendar", Account: "team"},
	}
}

func reserved(host string) *v1alpha1.HostReservation {
	return &v1alpha1.HostReservation{ObjectMeta: metaOf("", host)}
}
