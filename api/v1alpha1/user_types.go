// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// UserSpec is the user's address and their choices.
type UserSpec struct {
	// email is the user's address; it never changes.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="the e-mail address of a User never changes; each address has a User of its own [U1]"
	Email Email `json:"email,omitempty"`

	// defaultOrganization is the organization that the user chose (F2). Absent: none was chosen yet (F1, F3).
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=59
	// +kubebuilder:validation:XValidation:rule=`self.matches(r"^[a-z0-9][a-z0-9-]{1,57}[a-z0-9]$")`,message="a default organization is the name of an Organization; write it like zylker-products [F2]"
	DefaultOrganization string `json:"defaultOrganization,omitempty"`
}

// UserStatus is the user's organization list, and their usage against the limits.
type UserStatus struct {
	// conditions are Ready, Reconciling, Stalled, DefaultOrganizationChosen and WithinLimits.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation of the spec that this status describes; -1 until the operator has looked at it.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// defaultOrganization is the one in force. Absent: a choice is due, as DefaultOrganizationChosen says (F3).
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=59
	DefaultOrganization string `json:"defaultOrganization,omitempty"`

	// organizations are those that the user belongs to.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=1000
	Organizations []UserOrganization `json:"organizations,omitempty"`

	// invitations are the pending invitations that can be answered from here. Those that can be answered only by e-mail are not shown (I6),
	// nor are those of a suspended organization (E3, E8).
	// +optional
	// +listType=map
	// +listMapKey=organization
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=1000
	Invitations []UserInvitation `json:"invitations,omitempty"`

	// answerable is the number of invitations, for display.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Answerable *int32 `json:"answerable,omitempty"`

	// usage is the user's usage of each limit (L1 to L5, L7).
	// +optional
	Usage UserUsage `json:"usage,omitzero"`
}

// UserOrganization is one organization of a user's list.
type UserOrganization struct {
	// name is that of the Organization.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=59
	Name string `json:"name,omitempty"`

	// displayName is the organization's name as people see it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	DisplayName string `json:"displayName,omitempty"`

	// role is the one in force.
	// +optional
	// +kubebuilder:validation:Enum=SuperAdmin;Administrator;Standard
	Role Role `json:"role,omitempty"`

	// userType is the one in force.
	// +optional
	UserType UserType `json:"userType,omitempty"`

	// origin is that of the membership.
	// +optional
	Origin Origin `json:"origin,omitempty"`

	// edition is the organization's edition in force.
	// +optional
	Edition Edition `json:"edition,omitempty"`

	// accessURL is the URL of the organization. Absent: it is not served.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=300
	AccessURL string `json:"accessURL,omitempty"`

	// active says whether the membership gives access (R7).
	// +required
	Active bool `json:"active"`
}

// UserInvitation is one pending invitation of a user's list.
type UserInvitation struct {
	// organization is the name of the inviting Organization.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=59
	Organization string `json:"organization,omitempty"`

	// name is that of the Invitation, in the namespace org-<organization>.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// role is the one offered.
	// +optional
	// +kubebuilder:validation:Enum=Administrator;Standard
	Role Role `json:"role,omitempty"`

	// expiresAt is the moment from which it can no longer be answered (I1).
	// +optional
	ExpiresAt *metav1.Time `json:"expiresAt,omitempty"`
}

// UserUsage is a user's usage of each limit.
type UserUsage struct {
	// organizations counts all of the user's organizations (L1).
	// +optional
	Organizations Usage `json:"organizations,omitzero"`

	// created counts those that the user created or is super admin of (L2).
	// +optional
	Created Usage `json:"created,omitzero"`

	// crmPlusCreated counts created organizations on CRM Plus (L3).
	// +optional
	CRMPlusCreated Usage `json:"crmPlusCreated,omitzero"`

	// crmPlusInvited counts CRM Plus organizations joined through invitations (L4).
	// +optional
	CRMPlusInvited Usage `json:"crmPlusInvited,omitzero"`

	// zohoOneInternal counts Zoho One organizations as an internal user (L5).
	// +optional
	ZohoOneInternal Usage `json:"zohoOneInternal,omitzero"`

	// pendingInvitations counts pending invitations, listed or not (L7).
	// +optional
	PendingInvitations Usage `json:"pendingInvitations,omitzero"`
}

// Usage is the usage of one limit. Used can exceed the limit after the limit was lowered (L9).
type Usage struct {
	// used is the number of places taken.
	// +required
	// +kubebuilder:validation:Minimum=0
	Used int32 `json:"used"`

	// limit is the number of places there are.
	// +required
	// +kubebuilder:validation:Minimum=0
	Limit int32 `json:"limit"`

	// summary is both for display, for example "3/10".
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	Summary string `json:"summary,omitempty"`
}

// User is one sign-in: the organization list, the default organization, and usage against the limits. Its name is
// derived from the e-mail address, one to one.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,shortName=puser,categories=polyorg
// +kubebuilder:selectablefield:JSONPath=".spec.email"
// +kubebuilder:printcolumn:name="Email",type=string,JSONPath=".spec.email"
// +kubebuilder:printcolumn:name="Orgs",type=string,JSONPath=".status.usage.organizations.summary"
// +kubebuilder:printcolumn:name="Created",type=string,JSONPath=".status.usage.created.summary"
// +kubebuilder:printcolumn:name="Default",type=string,JSONPath=".status.defaultOrganization"
// +kubebuilder:printcolumn:name="Invitations",type=integer,JSONPath=".status.answerable"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
type User struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata; its name is derived from the e-mail address.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the user's address and their choices.
	// +required
	Spec UserSpec `json:"spec,omitzero"`

	// status is the organization list and usage.
	// +optional
	// +default={"observedGeneration":-1}
	Status UserStatus `json:"status,omitzero"`
}

// UserList is a list of users.
//
// +kubebuilder:object:root=true
type UserList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []User `json:"items"`
}
