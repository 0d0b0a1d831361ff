// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"cmp"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Anonymous Stranger Foreign Suspended Standard Administrator Super-admin | Platform Operator Namespaces Garbage
var organizations = Part{"Organization", []Act{
	{Text: "create one, as its super admin", By: creates(fresh),
		Cells: "(U2) O2   yes  O1   O1   yes  yes   yes  (yes) (U2) (U2)"},
	{Text: "… for somebody else", By: creates(changed(fresh, ownedBy(newcomer))),
		Cells: "(U2) O3   O3   O3   O3   O3   O3    yes  (yes) (U2) (U2)"},
	{Text: "… for somebody who is only a Standard member", By: creates(changed(fresh, ownedBy(sam))),
		Cells: "(U2) O3   O3   O3   O3   O3   O3    O1   (O1)  (U2) (U2)"},
	{Text: "… with a subscription", By: creates(changed(fresh, subscribe)),
		Cells: "(U2) O4   O4   O4   O4   O4   O4    yes  (yes) (U2) (U2)"},
	{Text: "… with an end of its trial", By: creates(changed(fresh, extend)),
		Cells: "(U2) E2   E2   E2   E2   E2   E2    yes  (yes) (U2) (U2)"},
	{Text: "… that is suspended", By: creates(changed(fresh, stop)),
		Cells: "(U2) E8   E8   E8   E8   E8   E8    yes  (yes) (U2) (U2)"},
	{Text: "… with a finalizer", By: creates(changed(fresh, keep)),
		Cells: "(U2) O2   O7   O1   O1   O7   O7    yes  (yes) (U2) (U2)"},
	{Text: "… with a tool's annotation", By: creates(changed(fresh, steer)),
		Cells: "(U2) O2   R4   O1   O1   R4   R4    yes  (yes) (U2) (U2)"},
	{Text: "… where `signUp` is Open", By: creates(fresh), Policy: Open,
		Cells: "(U2) yes  yes  O1   O1   yes  yes   yes  (yes) (U2) (U2)"},
	{Text: "change its display name", By: changes(the(home), func(o *v1alpha1.Organization) { o.Spec.DisplayName = "Zylker & Sons" }),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  yes   (R4) R4"},
	{Text: "change its subscription", By: changes(the(home), subscribe),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  yes   (R4) R4"},
	{Text: "subscribe after its trial has ended", By: changes(the(lapsed), subscribe),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  yes   (R4) R4"},
	{Text: "change its access URL", By: changes(the(home), func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: "shop"} }),
		Cells: "(R4) (R4) (R4) (R4) (R4) A3   yes   yes  yes   (R4) R4"},
	{Text: "transfer the super-admin role to an Administrator", By: changes(the(home), ownedBy(ada)),
		Cells: "(R4) (R4) (R4) (R4) (R4) R2   yes   yes  yes   (R4) R4"},
	{Text: "transfer it to a Standard member", By: changes(the(home), ownedBy(sam)),
		Cells: "(R4) (R4) (R4) (R4) (R4) R2   R2    R2   R2    (R4) R4"},
	{Text: "set the end of its trial", By: changes(the(home), extend),
		Cells: "(R4) (R4) (R4) (R4) (R4) E2   E2    yes  yes   (R4) R4"},
	{Text: "set the end of its subscription", By: changes(the(home), limit),
		Cells: "(R4) (R4) (R4) (R4) (R4) E8   E8    yes  yes   (R4) R4"},
	{Text: "suspend it", By: changes(the(home), stop),
		Cells: "(R4) (R4) (R4) (R4) (R4) E8   E8    yes  yes   (R4) R4"},
	{Text: "resume one that the platform suspends", By: changes(the(stopped), func(o *v1alpha1.Organization) { o.Spec.Suspended = nil }),
		Cells: "(R4) (R4) (R4) (R4) (R4) E8   E8    yes  yes   (R4) R4"},
	{Text: "change the subscription of one that the platform suspends", By: changes(the(stopped), subscribe),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  yes   (R4) R4"},
	{Text: "label it", By: changes(the(home), label),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  yes   (R4) R4"},
	{Text: "ask for a look at the DNS record of its custom domain", By: changes(the(home), lookUp),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  yes   (R4) R4"},
	{Text: "annotate it for a tool", By: changes(the(home), steer),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   R4    yes  yes   (R4) R4"},
	{Text: "add a finalizer", By: changes(the(home), keep),
		Cells: "(O7) (O7) (O7) (O7) (O7) O7   O7    yes  yes   (O7) O7"},
	{Text: "add an owner", By: changes(the(home), own),
		Cells: "(O7) (O7) (O7) (O7) (O7) O7   O7    yes  yes   (O7) O7"},
	{Text: "take the operator's finalizer away", By: changes(the(home), free),
		Cells: "(O7) (O7) (O7) (O7) (O7) O7   O7    yes  yes   (O7) O7"},
	{Text: "take somebody else's finalizer away", By: changes(the(guarded), func(o *v1alpha1.Organization) {
		o.Finalizers = []string{v1alpha1.OrganizationFinalizer}
	}),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   R4    yes  yes   (R4) R4"},
	{Text: "give one a domain that is being deleted", By: changes(the(ending), func(o *v1alpha1.Organization) {
		o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: "crm.zylker.com"}
	}),
		Cells: "(R4) (R4) (R4) (R4) (R4) (R4) (O7)  O7   O7    (R4) R4"},
	{Text: "protect one that is being deleted", By: changes(the(ending), func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = true }),
		Cells: "(R4) (R4) (R4) (R4) (R4) (R4) (O7)  O7   O7    (R4) R4"},
	{Text: "label one that is being deleted", By: changes(the(ending), label),
		Cells: "(R4) (R4) (R4) (R4) (R4) (R4) (R4)  yes  yes   (R4) R4"},
	{Text: "delete it", By: does(Delete, the(home)),
		Cells: "(O7) (O7) (O7) (O7) (O7) yes  yes   yes  O7    O7   O7"},
	{Text: "delete several at once", By: does(DeleteCollection, the(home)),
		Cells: "(O7) (O7) (O7) (O7) (O7) (yes)(yes) yes  (O7)  O7   (O7)"},
	{Text: "delete one that is protected", By: does(Delete, the(guarded)),
		Cells: "(O7) (O7) (O7) (O7) (O7) O7   O7    O7   O7    O7   O7"},
	{Text: "delete it where `organizationDeletion` is SuperAdmin", By: does(Delete, the(home)), Policy: Open,
		Cells: "(O7) (O7) (O7) (O7) (O7) O7   yes   yes  O7    O7   O7"},
	{Text: "read it", By: does(Get, the(home)),
		Cells: "(yes)(yes)(yes)(yes)(yes)yes  yes   yes  yes   yes  yes"},
	{Text: "list all", By: does(List, the(home)),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "write its status", By: does(Status, the(home)),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) (yes) yes  (yes) yes"},
}}

// the is an organization of the scene.
func the(name string) func(Class) *v1alpha1.Organization {
	return func(Class) *v1alpha1.Organization { return org(name) }
}

// fresh is a new organization of the actor, or of a newcomer if the actor has no address.
func fresh(c Class) *v1alpha1.Organization {
	return &v1alpha1.Organization{ObjectMeta: meta("", "fresh"), Spec: v1alpha1.OrganizationSpec{
		DisplayName: "Fresh", SuperAdmin: cmp.Or(c.Email(), newcomer)}}
}

func ownedBy(email string) func(*v1alpha1.Organization) {
	return func(o *v1alpha1.Organization) { o.Spec.SuperAdmin = email }
}

func subscribe(o *v1alpha1.Organization) {
	o.Spec.Subscription = &v1alpha1.Subscription{Edition: v1alpha1.EditionUltimate, Licenses: 60}
}

// limit sets an end of the subscription that lies in the future on any clock.
func limit(o *v1alpha1.Organization) {
	o.Spec.Subscription.EndsAt = &metav1.Time{Time: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func stop(o *v1alpha1.Organization) {
	o.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: "Unpaid invoices"}
}

// extend sets an end of the trial that lies in the future on any clock.
func extend(o *v1alpha1.Organization) {
	o.Spec.TrialEndsAt = &metav1.Time{Time: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// lookUp asks for a look at the DNS record of a custom domain. Any time but the future will do.
func lookUp(o *v1alpha1.Organization) {
	o.SetAnnotations(map[string]string{v1alpha1.VerifyDomainRequestedAtAnnotation: "2026-01-01T00:00:00Z"})
}
