// SPDX-License-Identifier: Apache-2.0

package authority

import (
	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Anonymous Stranger Foreign Suspended Standard Administrator Super-admin | Platform Operator Namespaces Garbage
var bindings = Part{"IntegrationBinding", []Act{
	{Text: "bind an account", By: creates(mails(home)),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) (R4) (R4)"},
	{Text: "… in another Administrator's name", By: creates(changed(mails(home), func(b *v1alpha1.IntegrationBinding) { b.Spec.ConfiguredBy = ada })),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   R4    yes  (yes) (R4) (R4)"},
	{Text: "… of an application that is not in the catalogue", By: creates(changed(mails(home), func(b *v1alpha1.IntegrationBinding) {
		b.Spec.Application = "Fax"
	})),
		Cells: "(R4) (R4) (R4) (R4) (R4) G3   G3    G3   (G3)  (R4) (R4)"},
	{Text: "… before the organization is there", By: creates(mails(later)),
		Cells: "(R4) (R4) (R4) (R4) (R4) (R4) (R4)  yes  (yes) (R4) (R4)"},
	{Text: "… to an organization whose trial has ended", By: creates(mails(lapsed)),
		Cells: "(R4) (R4) (R4) (R4) (R4) E3   E3    E3   (E3)  (R4) (R4)"},
	{Text: "… to an organization that the platform suspends", By: creates(mails(stopped)),
		Cells: "(R4) (R4) (R4) (R4) (R4) E8   E8    E8   (E8)  (R4) (R4)"},
	{Text: "change its credentials", By: changes(desk(home), func(b *v1alpha1.IntegrationBinding) {
		b.Spec.CredentialsSecretRef = &v1alpha1.LocalSecretReference{Name: "desk"}
	}),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) (R4) R4"},
	{Text: "label one", By: changes(desk(home), label),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) (R4) R4"},
	{Text: "annotate one for a tool", By: changes(desk(home), steer),
		Cells: "(R4) (R4) (R4) (R4) (R4) R4   R4    yes  (yes) (R4) R4"},
	{Text: "add a finalizer", By: changes(desk(home), keep),
		Cells: "(O7) (O7) (O7) (O7) (O7) O7   O7    yes  (yes) (O7) O7"},
	{Text: "add an owner", By: changes(desk(home), own),
		Cells: "(O7) (O7) (O7) (O7) (O7) O7   O7    yes  (yes) (O7) O7"},
	{Text: "delete one", By: does(Delete, desk(home)),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  yes   R4   R4"},
	{Text: "delete several at once", By: does(DeleteCollection, desk(home)),
		Cells: "(R4) (R4) (R4) (R4) (R4) yes  yes   yes  (yes) R4   (R4)"},
	{Text: "delete one of an organization that is being deleted", By: does(Delete, desk(ending)),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) yes  yes   yes  yes"},
	{Text: "read one", By: does(Get, desk(home)),
		Cells: "(yes)(yes)(yes)(yes)yes  yes  yes   yes  yes   yes  yes"},
	{Text: "list those of the organization", By: does(List, desk(home)),
		Cells: "(yes)(yes)(yes)(yes)yes  yes  yes   yes  yes   yes  yes"},
	{Text: "write its status", By: does(Status, desk(home)),
		Cells: "(yes)(yes)(yes)(yes)(yes)(yes)(yes) (yes) yes  (yes) yes"},
}}

// desk is the binding of an organization.
func desk(organization string) func(Class) *v1alpha1.IntegrationBinding {
	return func(Class) *v1alpha1.IntegrationBinding { return binding(organization) }
}

// mails is a binding that does not exist yet.
func mails(organization string) func(Class) *v1alpha1.IntegrationBinding {
	return func(Class) *v1alpha1.IntegrationBinding {
		return &v1alpha1.IntegrationBinding{ObjectMeta: within(organization, "mails"), Spec: v1alpha1.IntegrationBindingSpec{
			Application: "ZohoCampaigns", Account: organization + "-mails", InitiatedFrom: v1alpha1.InitiatedFromCRM}}
	}
}
