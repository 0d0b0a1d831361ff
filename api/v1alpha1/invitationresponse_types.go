// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Decision is the answer to an invitation.
//
// +kubebuilder:validation:Enum=Accept;Decline
type Decision string

const (
	// DecisionAccept makes the invitee a member.
	DecisionAccept Decision = "Accept"
	// DecisionDecline ends the invitation.
	DecisionDecline Decision = "Decline"
)

// InvitationResponseSpec is the answer. It names the invitation, or carries the token from its e-mail, or both. It is immutable. The
// operator's mutating webhook stamps the fields after the decision; they are not accepted from the author.
//
// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="an answer cannot be changed once it is given; ask the person who invited you for a new invitation [I7]"
// +kubebuilder:validation:XValidation:rule="!has(self.token)",fieldPath=".token",message="a token is never stored in plain text, and the webhook that replaces it by its hash did not run; ask the platform's administrators [I11]"
// +kubebuilder:validation:XValidation:rule="has(self.invitation) || has(self.token) || has(self.tokenHash)",message="an answer names the invitation, or carries the token from its e-mail; write spec.invitation [I7]"
type InvitationResponseSpec struct {
	// invitation is the invitation that is answered, from the invitee's organization list (I5). Absent: the token names it.
	// +optional
	Invitation *InvitationReference `json:"invitation,omitempty"`

	// token is the one from the link of the invitation's e-mail. It proves that its bearer got the e-mail, whoever is signed in. It is
	// replaced by tokenHash before anything is stored (I7, I11).
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=2048
	Token string `json:"token,omitempty"`

	// decision is Accept or Decline.
	// +required
	Decision Decision `json:"decision,omitempty"`

	// author is the Kubernetes username of the creator of this object. Stamped at creation.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Author string `json:"author,omitempty"`

	// invitee is the e-mail address of the invitation that is answered. Stamped at creation.
	// +optional
	Invitee Email `json:"invitee,omitempty"`

	// invitationUID is the UID of the invitation that is answered. Stamped at creation.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	InvitationUID types.UID `json:"invitationUID,omitempty"`

	// role is the role that the invitation offers. Stamped at creation, because an answer must state by itself what it takes.
	// +optional
	// +kubebuilder:validation:Enum=SuperAdmin;Administrator;Standard
	Role Role `json:"role,omitempty"`

	// userType is the one that the invitation offers. Stamped at creation.
	// +optional
	UserType UserType `json:"userType,omitempty"`

	// tokenHash is a keyed hash, which only the operator can make. It proves that a valid token was shown. Stamped at creation.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	TokenHash string `json:"tokenHash,omitempty"`
}

// InvitationReference names an invitation.
type InvitationReference struct {
	// namespace is that of the inviting organization, org-<organization>.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule=`self.matches(r"^org-[a-z0-9][a-z0-9-]{1,57}[a-z0-9]$")`,message="an invitation is in the namespace of its organization; write org-<organization>, for example org-zylker-products [I5]"
	Namespace string `json:"namespace,omitempty"`

	// name is that of the Invitation.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
}

// InvitationResponseStatus is the observed state of the answer.
type InvitationResponseStatus struct {
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

	// completedAt is when the answer was carried out or turned out to be void. The object is removed an hour later.
	// +optional
	CompletedAt *metav1.Time `json:"completedAt,omitempty"`
}

// InvitationResponse is the act of accepting or declining an invitation. Its creator is the person who answers; the API server says who
// that is, not a field (I7). The API server gives it its name, from metadata.generateName. A name that its author chose is refused (U3).
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,shortName=invr,categories=polyorg
// +kubebuilder:selectablefield:JSONPath=".spec.invitationUID"
// +kubebuilder:printcolumn:name="Invitee",type=string,JSONPath=".spec.invitee"
// +kubebuilder:printcolumn:name="Decision",type=string,JSONPath=".spec.decision"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
type InvitationResponse struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata; generateName takes the place of a name.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the answer.
	// +required
	Spec InvitationResponseSpec `json:"spec,omitzero"`

	// status is the observed state of the answer.
	// +optional
	// +default={"observedGeneration":-1}
	Status InvitationResponseStatus `json:"status,omitzero"`
}

// InvitationResponseList is a list of answers.
//
// +kubebuilder:object:root=true
type InvitationResponseList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []InvitationResponse `json:"items"`
}
