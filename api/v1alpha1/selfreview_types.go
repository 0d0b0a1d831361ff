// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// SelfReviewSpec is the question. An empty one asks about its author.
type SelfReviewSpec struct {
	// user is the address of the person in question. Only a platform actor may ask about somebody else (U3). Absent: the author.
	// +optional
	User Email `json:"user,omitempty"`

	// organization asks for the whole Organization of that name besides. The person must administer it. Absent: for none.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=59
	Organization string `json:"organization,omitempty"`
}

// ActiveReason says why a membership gives no access, or that it does.
//
// +kubebuilder:validation:Enum=Active;Suspended;Pending;OverLimit;Terminating;OrganizationTerminating;OrganizationNotFound
type ActiveReason string

const (
	// MembershipActive gives access (R7).
	MembershipActive ActiveReason = "Active"
	// MembershipSuspended was suspended by an administrator (R4).
	MembershipSuspended ActiveReason = "Suspended"
	// MembershipPending was not granted yet, a matter of moments.
	MembershipPending ActiveReason = "Pending"
	// MembershipOverLimit came past admission, and it or its organization is beyond a limit (L9).
	MembershipOverLimit ActiveReason = "OverLimit"
	// MembershipTerminating is being deleted.
	MembershipTerminating ActiveReason = "Terminating"
	// MembershipOrganizationTerminating ends with its organization, and counts against no limit any more (O7).
	MembershipOrganizationTerminating ActiveReason = "OrganizationTerminating"
	// MembershipOrganizationNotFound came before its Organization (R8).
	MembershipOrganizationNotFound ActiveReason = "OrganizationNotFound"
)

// ReviewedOrganization is one organization of the person.
type ReviewedOrganization struct {
	UserOrganization `json:",inline"`

	// reason says why active is what it is.
	// +optional
	Reason ActiveReason `json:"reason,omitempty"`

	// suspended says that the organization is suspended (E3, E8). Its members can still leave it (R6).
	// +optional
	Suspended bool `json:"suspended,omitempty"`

	// suspendedReason is why: TrialEnded, SubscriptionEnded or SuspendedByPlatform, as in its condition Ready. Absent: it is not suspended.
	// +optional
	// +kubebuilder:validation:Enum=TrialEnded;SubscriptionEnded;SuspendedByPlatform
	SuspendedReason string `json:"suspendedReason,omitempty"`

	// suspendedMessage is the platform's reason, in its own words (E8). Absent: the platform does not suspend it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=200
	SuspendedMessage string `json:"suspendedMessage,omitempty"`

	// trialEndsAt is when the organization's trial ends, or ended (E2). Absent: it is subscribed.
	// +optional
	TrialEndsAt *metav1.Time `json:"trialEndsAt,omitempty"`

	// subscriptionEndsAt is when the organization's subscription ends, or ended (E8). Absent: it has no subscription, or one without an end.
	// +optional
	SubscriptionEndsAt *metav1.Time `json:"subscriptionEndsAt,omitempty"`

	// default says that it is the person's default organization (F1).
	// +optional
	Default bool `json:"default,omitempty"`
}

// ReviewedInvitation is a pending invitation that the person can answer here.
type ReviewedInvitation struct {
	UserInvitation `json:",inline"`

	// displayName is the inviting organization's name as people see it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	DisplayName string `json:"displayName,omitempty"`

	// userType is the one offered.
	// +optional
	UserType UserType `json:"userType,omitempty"`

	// invitedBy is the address of the person who invites. Absent: it is not known.
	// +optional
	InvitedBy Email `json:"invitedBy,omitempty"`
}

// ReviewedRequest is an act of the person that is under way, or was done in the last hour.
type ReviewedRequest struct {
	// kind is OrganizationRequest or InvitationResponse.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind,omitempty"`

	// name is that of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// action is ChooseDefault, Leave, Change, Delete, Accept or Decline.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Action string `json:"action,omitempty"`

	// organization is the one that it is about.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=59
	Organization string `json:"organization,omitempty"`

	// ready is True once it was done, and False while it waits or when it cannot be done.
	// +optional
	// +kubebuilder:validation:Enum=True;False;Unknown
	Ready metav1.ConditionStatus `json:"ready,omitempty"`

	// reason is that of its condition Ready.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Reason string `json:"reason,omitempty"`

	// message says what became of it, in words.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32768
	Message string `json:"message,omitempty"`

	// completedAt is when it was done, or turned out to be impossible. Absent: it is under way.
	// +optional
	CompletedAt *metav1.Time `json:"completedAt,omitempty"`
}

// SelfReviewStatus is the answer. Nothing in it is of other people, but for who invites (U3).
type SelfReviewStatus struct {
	// user is the address of the person in question.
	// +optional
	User Email `json:"user,omitempty"`

	// organizations are those that the person belongs to, by name.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=1000
	Organizations []ReviewedOrganization `json:"organizations,omitempty"`

	// invitations are the pending ones that can be answered here (I5), by organization.
	// +optional
	// +listType=map
	// +listMapKey=organization
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=1000
	Invitations []ReviewedInvitation `json:"invitations,omitempty"`

	// invitationsByEmail is the number of pending invitations that can be accepted from their e-mail only (I6).
	// +optional
	// +kubebuilder:validation:Minimum=0
	InvitationsByEmail int32 `json:"invitationsByEmail,omitempty"`

	// requests are the person's acts that are under way, and those of the last hour.
	// +optional
	// +listType=map
	// +listMapKey=kind
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=1000
	Requests []ReviewedRequest `json:"requests,omitempty"`

	// defaultOrganization is the one in force. Absent: there is none (F1).
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=59
	DefaultOrganization string `json:"defaultOrganization,omitempty"`

	// choiceDue says that the default organization was lost, and that the person is to choose another (F3).
	// +optional
	ChoiceDue bool `json:"choiceDue,omitempty"`

	// usage is what the person has of each limit (L1 to L5, L7).
	// +optional
	Usage UserUsage `json:"usage,omitzero"`

	// organization is the whole Organization that was asked for.
	// +optional
	// +kubebuilder:validation:EmbeddedResource
	// +kubebuilder:pruning:PreserveUnknownFields
	Organization *runtime.RawExtension `json:"organization,omitempty"`
}

// SelfReview shows people their organizations, invitations, default and limits (R9). It is created as a dry run, which stores nothing, and
// comes back with its status:
//
//	kubectl create --dry-run=server -o yaml -f review.yaml
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,categories=polyorg-acts
type SelfReview struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata. A name is required by the API server, and has no meaning.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the question.
	// +optional
	Spec SelfReviewSpec `json:"spec,omitzero"`

	// status is the answer. It is not accepted from the author.
	// +optional
	Status SelfReviewStatus `json:"status,omitzero"`
}

// SelfReviewList is a list of reviews, which is always empty.
//
// +kubebuilder:object:root=true
type SelfReviewList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []SelfReview `json:"items"`
}
