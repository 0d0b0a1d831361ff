// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// RequestAction is what a person asks for.
//
// +kubebuilder:validation:Enum=ChooseDefault;Leave;Change;Delete
type RequestAction string

const (
	// RequestChooseDefault makes the organization the author's default (F2).
	RequestChooseDefault RequestAction = "ChooseDefault"
	// RequestLeave ends the author's membership (R6).
	RequestLeave RequestAction = "Leave"
	// RequestChange changes the spec of the Organization, if its author may (R2, R4).
	RequestChange RequestAction = "Change"
	// RequestDelete deletes the Organization, if its author may (O7).
	RequestDelete RequestAction = "Delete"
)

// OrganizationRequestSpec is the wish. It is immutable. The operator's mutating webhook stamps its author,
// and the object that it is about.
//
// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="a request cannot be changed once it is made; make another one [R9]"
// +kubebuilder:validation:XValidation:rule="has(self.patch) == (self.action == 'Change')",fieldPath=".patch",message="action Change carries a patch, and no other action does; write or leave out spec.patch [R9]"
type OrganizationRequestSpec struct {
	// organization is the name of the organization that the request is about.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=59
	Organization string `json:"organization,omitempty"`

	// action is what is to be done.
	// +required
	Action RequestAction `json:"action,omitempty"`

	// patch is a JSON merge patch (RFC 7386) of the Organization's spec: with action Change, and only there. For example
	// '{"displayName": "Zylker Europe"}'; null removes a field. It is a text, because a schema would take the nulls out.
	// +optional
	// +kubebuilder:validation:MinLength=2
	// +kubebuilder:validation:MaxLength=16384
	Patch string `json:"patch,omitempty"`

	// user is the address of the author. Stamped at creation.
	// +optional
	User Email `json:"user,omitempty"`

	// subjectUID is the UID of the author's Membership, with action Leave, or else of the Organization. A later object of the same name is
	// another one, and is left alone. Stamped at creation.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	SubjectUID types.UID `json:"subjectUID,omitempty"`
}

// OrganizationRequestStatus says what became of the request.
type OrganizationRequestStatus struct {
	// conditions are Ready, Reconciling and Stalled. Ready says that it was done; Stalled says why not.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation of the spec that this status describes; -1 until the operator has looked at it.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// completedAt is when the request was carried out or turned out to be impossible. The object is removed an hour later.
	// +optional
	CompletedAt *metav1.Time `json:"completedAt,omitempty"`
}

// OrganizationRequest is what a person does by themselves in an organization (R9). They choose it as their default, leave it, change it or
// delete it. They need no role of their own in RBAC for that. It is judged as the same request by that person would be. Its author reads
// what became of it in a SelfReview. The API server gives it its name, from metadata.generateName. A name that its author chose is refused
// (U3).
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,shortName=orgreq,categories=polyorg
// +kubebuilder:selectablefield:JSONPath=".spec.organization"
// +kubebuilder:selectablefield:JSONPath=".spec.user"
// +kubebuilder:printcolumn:name="User",type=string,JSONPath=".spec.user"
// +kubebuilder:printcolumn:name="Action",type=string,JSONPath=".spec.action"
// +kubebuilder:printcolumn:name="Organization",type=string,JSONPath=".spec.organization"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
type OrganizationRequest struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata; generateName takes the place of a name.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the wish.
	// +required
	Spec OrganizationRequestSpec `json:"spec,omitzero"`

	// status says what became of it.
	// +optional
	// +default={"observedGeneration":-1}
	Status OrganizationRequestStatus `json:"status,omitzero"`
}

// OrganizationRequestList is a list of requests.
//
// +kubebuilder:object:root=true
type OrganizationRequestList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []OrganizationRequest `json:"items"`
}
