// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// InitiatedFrom is the side on which a binding was started (G2).
//
// +kubebuilder:validation:Enum=CRM;Application
type InitiatedFrom string

const (
	// InitiatedFromCRM bindings were started in the organization.
	InitiatedFromCRM InitiatedFrom = "CRM"
	// InitiatedFromApplication bindings were started in the application.
	InitiatedFromApplication InitiatedFrom = "Application"
)

// IntegrationBindingSpec joins the organization of the namespace to one external account.
//
// +kubebuilder:validation:XValidation:rule=`(has(self.component) ? self.component : "") == (has(oldSelf.component) ? oldSelf.component : "")`,fieldPath=".component",message="a binding's component cannot be changed; delete the binding and make another [G1]"
// +kubebuilder:validation:XValidation:rule=`self.account == oldSelf.account || (self.application == "MicrosoftTeams" && (has(self.component) ? self.component : "") == "MessagingExtension")`,fieldPath=".account",message="a binding's account can be changed in place for the messaging extension of Microsoft Teams only; delete the binding and make another [G4]"
type IntegrationBindingSpec struct {
	// application is a row of the integration catalogue, for example ZohoDesk (G3); it never changes.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule=`self.matches(r"^[A-Za-z][A-Za-z0-9]*$")`,message="an application is named as in the catalogue, in letters and digits; write it like ZohoDesk [G3]"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="a binding's application cannot be changed; delete the binding and make another [G1]"
	Application string `json:"application,omitempty"`

	// component is the part of the application, where its row has components; it never changes. Absent or empty: none.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule=`self.matches(r"^([A-Za-z][A-Za-z0-9]*)?$")`,message="a component is named as in the catalogue, in letters and digits; write it like Calendar [G3]"
	Component string `json:"component,omitempty"`

	// account is the bound account: a portal, folder, report …, as the application's row says. It has 1 to 253 visible characters (A4). The
	// row says when two spellings are one account. It changes in place for the messaging extension of Microsoft Teams only (G4).
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule=`self.trim() == self && !self.matches(r"[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\x{34F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{3164}\x{FFA0}]")`,message="an account is one line of visible text; remove the spaces around it and the characters that nobody sees [G1]"
	Account string `json:"account,omitempty"`

	// initiatedFrom is where the binding was started, CRM or Application (G2); it never changes.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="the side from which a binding was started cannot be changed; delete the binding and make another [G2]"
	InitiatedFrom InitiatedFrom `json:"initiatedFrom,omitempty"`

	// configuredBy is the e-mail address of the person who set the binding up.
	// +optional
	ConfiguredBy Email `json:"configuredBy,omitempty"`

	// credentialsSecretRef is a Secret in this namespace without which the binding is not Ready. Its content is never
	// read.
	// +optional
	CredentialsSecretRef *LocalSecretReference `json:"credentialsSecretRef,omitempty"`
}

// LocalSecretReference names a Secret in the namespace of the object that holds the reference.
type LocalSecretReference struct {
	// name is that of the Secret.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule=`self.matches(r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")`,message="a Secret's name is a lower-case DNS name; write it like desk-credentials [G1]"
	Name string `json:"name,omitempty"`
}

// IntegrationBindingStatus is the observed state of the binding.
type IntegrationBindingStatus struct {
	// conditions are Ready, Reconciling and Stalled.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation of the spec that this status describes; -1 until the operator has looked at it.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// boundAt is when the binding was granted its account. It ranks bindings that got past admission.
	// +optional
	BoundAt *metav1.Time `json:"boundAt,omitempty"`
}

// IntegrationBinding joins the organization of its namespace to one account of one application.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,shortName=ib,categories=polyorg
// +kubebuilder:selectablefield:JSONPath=".spec.application"
// +kubebuilder:selectablefield:JSONPath=".spec.account"
// +kubebuilder:printcolumn:name="Application",type=string,JSONPath=".spec.application"
// +kubebuilder:printcolumn:name="Account",type=string,JSONPath=".spec.account"
// +kubebuilder:printcolumn:name="Initiated From",type=string,JSONPath=".spec.initiatedFrom"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
// +kubebuilder:printcolumn:name="Component",type=string,JSONPath=".spec.component",priority=1
type IntegrationBinding struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the account that is bound.
	// +required
	Spec IntegrationBindingSpec `json:"spec,omitzero"`

	// status is the observed state of the binding.
	// +optional
	// +default={"observedGeneration":-1}
	Status IntegrationBindingStatus `json:"status,omitzero"`
}

// IntegrationBindingList is a list of bindings.
//
// +kubebuilder:object:root=true
type IntegrationBindingList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []IntegrationBinding `json:"items"`
}
