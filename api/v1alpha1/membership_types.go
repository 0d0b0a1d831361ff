// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// MembershipSpec names a member of the organization of the namespace, and their role.
//
// +kubebuilder:validation:XValidation:rule=`(has(self.origin) ? self.origin : "") == (has(oldSelf.origin) ? oldSelf.origin : "")`,fieldPath=".origin",message="the origin of a membership never changes; put back the former value, or leave it out where it was absent [L2]"
type MembershipSpec struct {
	// user is the member's e-mail address; it never changes.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="the user of a membership never changes; create another membership for another user [L6]"
	User Email `json:"user,omitempty"`

	// role is Administrator or Standard; only the Organization names its super admin (R1).
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self in ['Administrator', 'Standard']",message="the role here is Administrator or Standard; the Organization's spec.superAdmin names the super admin [R1]"
	Role Role `json:"role,omitempty"`

	// userType is Internal or External (L5). Absent: Internal.
	// +optional
	UserType UserType `json:"userType,omitempty"`

	// origin says how the membership was made; it never changes (L2). Absent: Provisioned. The operator sets the others, and so do platform
	// actors who restore from Git.
	// +optional
	Origin Origin `json:"origin,omitempty"`

	// suspended withdraws the member's power and frees the seat, for as long as it is true (E5, R7). Absent: false.
	// +optional
	Suspended bool `json:"suspended,omitempty"`
}

// MembershipStatus is the observed state of the membership. The membership is active, and gives access, if it is Ready with the reason
// Active (R7).
type MembershipStatus struct {
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

	// role is the one in force: SuperAdmin where the Organization says so (R1).
	// +optional
	// +kubebuilder:validation:Enum=SuperAdmin;Administrator;Standard
	Role Role `json:"role,omitempty"`

	// userType is the one in force: that of the spec, or Internal where it is absent there.
	// +optional
	UserType UserType `json:"userType,omitempty"`

	// origin is the one in force: that of the spec, or Provisioned where it is absent there.
	// +optional
	Origin Origin `json:"origin,omitempty"`

	// invitation is the Invitation from which the membership came. It stays when the Invitation is gone (I2). Absent: the membership came from
	// none.
	// +optional
	Invitation *AcceptedInvitation `json:"invitation,omitempty"`
}

// AcceptedInvitation is the record of an invitation that somebody accepted.
type AcceptedInvitation struct {
	// name is the name of the Invitation, in the namespace of the Membership.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// invitedBy is the address of the person who invited. Absent: a platform actor did.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=254
	InvitedBy string `json:"invitedBy,omitempty"`

	// acceptedAt is when the invitee accepted.
	// +required
	AcceptedAt metav1.Time `json:"acceptedAt,omitzero"`
}

// Membership is one user in the organization of its namespace.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,shortName=mbr,categories=polyorg
// +kubebuilder:selectablefield:JSONPath=".spec.user"
// +kubebuilder:selectablefield:JSONPath=".spec.role"
// +kubebuilder:printcolumn:name="User",type=string,JSONPath=".spec.user"
// +kubebuilder:printcolumn:name="Role",type=string,JSONPath=".status.role"
// +kubebuilder:printcolumn:name="Type",type=string,JSONPath=".status.userType"
// +kubebuilder:printcolumn:name="Origin",type=string,JSONPath=".status.origin"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
type Membership struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the member and their role.
	// +required
	Spec MembershipSpec `json:"spec,omitzero"`

	// status is the observed state of the membership.
	// +optional
	// +default={"observedGeneration":-1}
	Status MembershipStatus `json:"status,omitzero"`
}

// MembershipList is a list of memberships.
//
// +kubebuilder:object:root=true
type MembershipList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []Membership `json:"items"`
}
