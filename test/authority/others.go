// SPDX-License-Identifier: Apache-2.0

package authority

import (
	corev1 "k8s.io/api/core/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Anonymous Stranger Foreign Suspended Standard Administrator Super-admin | Platform Operator Namespaces Garbage
var users = Part{"User", []Act{
	{Text: "create one", By: creates(userOf(newcomer)),
		Cells: "(U1) (U1) (U1) (U1) (U1) (U1) (U1)  yes  yes   (U1) (U1)"},
	{Text: "choose the own default, an organization that they are in", By: changes(me, prefer(home)),
		Cells: "-    (F2) (F2) (F2) (yes)(yes)(yes) -    -     -    -"},
	{Text: "choose somebody's default for them", By: changes(userOf(sam), prefer(home)),
		Cells: "(F2) (F2) (F2) (F2) (F2) (F2) (F2)  yes  yes   (F2) F2"},
	{Text: "… an organization that they are not in", By: changes(userOf(sam), prefer(elsewhere)),
		Cells: "(F2) (F2) (F2) (F2) (F2) (F2) (F2)  F2   F2    (F2) F2"},
	{Text: "label somebody's", By: changes(userOf(sam), label),
		Cells: "(F2) (F2) (F2) (F2) (F2) (F2) (F2)  yes  yes   (F2) F2"},
	{Text: "label the own", By: changes(me, label),
		Cells: "-    (F2) (F2) (F2) (F2) (F2) (F2) -    -     -    -"},
	{Text: "annotate the own, as `kubectl apply` does", By: changes(me, func(u *v1alpha1.User) {
		u.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: "{}"}
	}),
		Cells: "-    (yes)(yes)(yes)(yes)(yes)(yes) -    -     -    -"},
	{Text: "add a finalizer", By: changes(userOf(sam), keep),
		Cells: "(O7) (O7) (O7) (O7) (O7) (O7) (O7)  yes  yes   (O7) O7"},
	{Text: "delete that of somebody who has an organization", By: does(Delete, userOf(sam)),
		Cells: "(U1) (U1) (U1) (U1) (U1) (U1) (U1)  U1   U1    U1   U1"},
	{Text: "delete that of somebody who has nothing left", By: does(Delete, userOf(former)),
		Cells: "(U1) (U1) (U1) (U1) (U1) (U1) (U1)  yes  yes   U1   U1"},
	{Text: "read the own", By: does(Get, me),
		Cells: "-    (yes)(yes)(yes)(yes)(yes)(yes) -    -     -    -"},
	{Text: "read somebody's", By: does(Get, userOf(sam)),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "list all", By: does(List, userOf(sam)),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "write its status", By: does(Status, userOf(sam)),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) (yes) yes  (yes) yes"},
}}

// Anonymous Stranger Foreign Suspended Standard Administrator Super-admin | Platform Operator Namespaces Garbage
var reservations = Part{"HostReservation", []Act{
	{Text: "reserve a host", By: creates(func(Class) *v1alpha1.HostReservation {
		return &v1alpha1.HostReservation{ObjectMeta: meta("", "more.example.org")}
	}),
		Cells: "(A6) (A6) (A6) (A6) (A6) (A6) (A6)  yes  yes   (A6) (A6)"},
	{Text: "change a reservation", By: changes(reserved, func(h *v1alpha1.HostReservation) { h.Spec.RedirectTo = "home.crm.example.com" }),
		Cells: "(A6) (A6) (A6) (A6) (A6) (A6) (A6)  yes  yes   (A6) A6"},
	{Text: "add a finalizer", By: changes(reserved, keep),
		Cells: "(O7) (O7) (O7) (O7) (O7) (O7) (O7)  yes  yes   (O7) O7"},
	{Text: "free a host", By: does(Delete, reserved),
		Cells: "(A6) (A6) (A6) (A6) (A6) (A6) (A6)  yes  yes   A6   A6"},
	{Text: "free several at once", By: does(DeleteCollection, reserved),
		Cells: "(A6) (A6) (A6) (A6) (A6) (A6) (A6)  yes  (yes) A6   (A6)"},
	{Text: "read one", By: does(Get, reserved),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "list all", By: does(List, reserved),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "write its status", By: does(Status, reserved),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) (yes) yes  (yes) yes"},
}}

// Anonymous Stranger Foreign Suspended Standard Administrator Super-admin | Platform Operator Namespaces Garbage
var policies = Part{"PlatformPolicy", []Act{
	{Text: "create it", By: creates(ruled),
		Cells: "(L9) (L9) (L9) (L9) (L9) (L9) (L9)  yes  (yes) (L9) (L9)"},
	{Text: "create one that contradicts itself", By: creates(changed(ruled, contradict)),
		Cells: "(L9) (L9) (L9) (L9) (L9) (L9) (L9)  L9   (L9)  (L9) (L9)"},
	{Text: "change it", By: changes(ruled, func(p *v1alpha1.PlatformPolicy) { p.Spec.SignUp = v1alpha1.SignUpClosed }), Policy: Open,
		Cells: "(L9) (L9) (L9) (L9) (L9) (L9) (L9)  yes  (yes) (L9) L9"},
	{Text: "delete it", By: does(Delete, ruled), Policy: Open,
		Cells: "(L9) (L9) (L9) (L9) (L9) (L9) (L9)  yes  (yes) L9   L9"},
	{Text: "read it", By: does(Get, ruled), Policy: Open,
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "write its status", By: does(Status, ruled), Policy: Open,
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) (yes) yes  (yes) yes"},
}}

func userOf(email string) func(Class) *v1alpha1.User {
	return func(Class) *v1alpha1.User { return user(email) }
}

// me is the actor's own User.
func me(c Class) *v1alpha1.User {
	if c.Email() == "" {
		return nil
	}
	return user(c.Email())
}

func prefer(organization string) func(*v1alpha1.User) {
	return func(u *v1alpha1.User) { u.Spec.DefaultOrganization = organization }
}

func reserved(Class) *v1alpha1.HostReservation { return reservation() }

func ruled(Class) *v1alpha1.PlatformPolicy { return policy() }

func contradict(p *v1alpha1.PlatformPolicy) {
	some, more := int32(3), int32(4)
	p.Spec.Limits = &v1alpha1.LimitsPolicy{OrganizationsPerUser: &some, CreatedOrganizationsPerUser: &more}
}
