// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// InvitationState is the state of an invitation. Every state but Pending is final (I2).
//
// +kubebuilder:validation:Enum=Pending;Accepted;Declined;Expired;Revoked
type InvitationState string

const (
	// InvitationPending invitations can be answered until they expire. One without a state yet is pending too.
	InvitationPending InvitationState = "Pending"
	// InvitationAccepted invitations have become a membership.
	InvitationAccepted InvitationState = "Accepted"
	// InvitationDeclined invitations were refused by the invitee.
	InvitationDeclined InvitationState = "Declined"
	// InvitationExpired invitations were not answered in time (I1).
	InvitationExpired InvitationState = "Expired"
	// InvitationRevoked invitations were withdrawn by the organization (I10).
	InvitationRevoked InvitationState = "Revoked"
)

// InvitationSpec is the offer. All of it is immutable, except revoked and ttlSecondsAfterFinished.
//
// +kubebuilder:validation:XValidation:rule=`(has(self.userType) ? self.userType : "") == (has(oldSelf.userType) ? oldSelf.userType : "")`,fieldPath=".userType",message="an invitation's user type cannot be changed; revoke it and make another [I2]"
// +kubebuilder:validation:XValidation:rule=`(has(self.message) ? self.message : "") == (has(oldSelf.message) ? oldSelf.message : "")`,fieldPath=".message",message="an invitation's message cannot be changed; revoke it and make another [I2]"
// +kubebuilder:validation:XValidation:rule="self.?revoked.orValue(false) || !oldSelf.?revoked.orValue(false)",fieldPath=".revoked",message="a revoked invitation stays revoked; make another [I10]"
type InvitationSpec struct {
	// email is the invitee's address; it never changes.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="an invitation's e-mail address cannot be changed; revoke it and make another [I2]"
	Email Email `json:"email,omitempty"`

	// role is Administrator or Standard, never SuperAdmin (R1); it never changes.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self in ['Administrator', 'Standard']",message="the role here is Administrator or Standard; the Organization's spec.superAdmin names the super admin [R1]"
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="an invitation's role cannot be changed; revoke it and make another [I2]"
	Role Role `json:"role,omitempty"`

	// userType is Internal or External (L5); it never changes. Absent: Internal.
	// +optional
	UserType UserType `json:"userType,omitempty"`

	// message is shown in the e-mail as text, at most 1000 characters; it never changes.
	// +optional
	// +kubebuilder:validation:MaxLength=1000
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r"[^\P{Cc}\t\r\n]|[\p{Cf}\p{Co}\p{Zl}\p{Zp}\x{34F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{3164}\x{FFA0}]")`,message="a message is visible text in lines; remove its control, zero-width and bidirectional characters [A4]"
	Message string `json:"message,omitempty"`

	// invitedBy is the e-mail address of the person who invites; it never changes. It must be the actor's own, except for platform actors.
	// Absent: the actor, if that is a person. status.invitedBy shows whom the operator recorded.
	// +optional
	InvitedBy Email `json:"invitedBy,omitempty"`

	// revoked ends a pending invitation at once, and stays true (I10). Absent: false.
	// +optional
	Revoked bool `json:"revoked,omitempty"`

	// ttlSecondsAfterFinished is when the operator deletes the invitation after it was answered, expired or was revoked, as in a Job: 0
	// seconds to 10 years. Absent: it stays (I2), unless people made it and the PlatformPolicy says otherwise. Do not set it on an invitation
	// that a Git repository applies again: that would invite the person once more.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=315360000
	TTLSecondsAfterFinished *int32 `json:"ttlSecondsAfterFinished,omitempty"`
}

// InvitationStatus is the observed state of the invitation.
type InvitationStatus struct {
	// conditions are Ready, Reconciling, Stalled and Delivered.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation of the spec that this status describes; -1 until the operator has looked at it.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// state is Pending, then exactly one of Accepted, Declined, Expired and Revoked, and never changes again (I2).
	// +optional
	State InvitationState `json:"state,omitempty"`

	// expiresAt is the moment from which the invitation can no longer be answered (I1).
	// +optional
	ExpiresAt *metav1.Time `json:"expiresAt,omitempty"`

	// invitedBy is the e-mail address of the person who invited, recorded when the invitation was created. Absent: a platform actor without
	// an address did, and named nobody.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=254
	InvitedBy string `json:"invitedBy,omitempty"`

	// respondedAt is when the invitee answered.
	// +optional
	RespondedAt *metav1.Time `json:"respondedAt,omitempty"`

	// finishedAt is when the state became final.
	// +optional
	FinishedAt *metav1.Time `json:"finishedAt,omitempty"`

	// membership is the name of the Membership that acceptance made, in this namespace.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Membership string `json:"membership,omitempty"`

	// delivery is the delivery of the e-mail.
	// +optional
	Delivery *InvitationDeliveryStatus `json:"delivery,omitempty"`
}

// InvitationDeliveryStatus is the delivery of an invitation's e-mail (I9, I12, I13). It is about the latest message.
type InvitationDeliveryStatus struct {
	// sends is the number of messages that were begun: the first, and one for each re-send. It never goes down, so no two messages have the
	// same number. Only the link of the latest is valid (I9), unless it was withdrawn before the mail server can have had it.
	// +required
	// +kubebuilder:validation:Minimum=0
	Sends int32 `json:"sends"`

	// resendRequestedAt is the time of the request that the latest message answers, from the annotation polyorg.io/resend-requested-at.
	// Absent: the first message.
	// +optional
	ResendRequestedAt *metav1.Time `json:"resendRequestedAt,omitempty"`

	// previousLink is the number of the message whose link was valid before the latest was begun. Absent: there was none.
	// +optional
	// +kubebuilder:validation:Minimum=0
	PreviousLink int32 `json:"previousLink,omitempty"`

	// withdrawn says that the latest message is not sent, because its recipient asked for no more e-mail after it was begun (I12). The link of
	// the one before is valid again, unless the mail server may have this one.
	// +optional
	Withdrawn bool `json:"withdrawn,omitempty"`

	// takenBack is the number of messages that were withdrawn before the mail server can have had them. They do not count as sent (I9, I13).
	// +optional
	// +kubebuilder:validation:Minimum=0
	TakenBack int32 `json:"takenBack,omitempty"`

	// attempts is the number of times that the mail server was asked to take the latest message.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Attempts int32 `json:"attempts,omitempty"`

	// uncertainAttempts is the number of attempts after which the mail server may have the latest message, without having said so. After three
	// of them, the message is not sent again.
	// +optional
	// +kubebuilder:validation:Minimum=0
	UncertainAttempts int32 `json:"uncertainAttempts,omitempty"`

	// lastSentAt is when the mail server took a message last.
	// +optional
	LastSentAt *metav1.Time `json:"lastSentAt,omitempty"`

	// nextAttemptAt is when the mail server is asked again, after it did not take the latest message. Absent: it is not asked again.
	// +optional
	NextAttemptAt *metav1.Time `json:"nextAttemptAt,omitempty"`

	// lastError says why the last attempt failed, with the mail server's code. Absent: it did not fail.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	LastError string `json:"lastError,omitempty"`
}

// Invitation offers a user membership in the organization of its namespace, until a deadline.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,shortName=inv,categories=polyorg
// +kubebuilder:selectablefield:JSONPath=".spec.email"
// +kubebuilder:selectablefield:JSONPath=".status.state"
// +kubebuilder:printcolumn:name="Email",type=string,JSONPath=".spec.email"
// +kubebuilder:printcolumn:name="Role",type=string,JSONPath=".spec.role"
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=".status.state"
// +kubebuilder:printcolumn:name="Expires",type=string,JSONPath=".status.expiresAt"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Delivered",type=string,JSONPath=`.status.conditions[?(@.type=="Delivered")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
// +kubebuilder:printcolumn:name="Invited By",type=string,JSONPath=".status.invitedBy",priority=1
// +kubebuilder:validation:XValidation:rule=`(has(self.spec.invitedBy) ? self.spec.invitedBy : "") == (has(oldSelf.spec.invitedBy) ? oldSelf.spec.invitedBy : "") || (!has(oldSelf.spec.invitedBy) && has(self.spec.invitedBy) && has(self.status) && has(self.status.invitedBy) && self.spec.invitedBy == self.status.invitedBy)`,fieldPath=".spec.invitedBy",message="the inviter of an invitation cannot be changed; revoke it and make another [I2]"
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.status) || !has(oldSelf.status.state) || oldSelf.status.state == 'Pending' || (has(self.status) && has(self.status.state) && self.status.state == oldSelf.status.state)",fieldPath=".status.state",message="the state of a finished invitation never changes; make another [I2]"
type Invitation struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the offer.
	// +required
	Spec InvitationSpec `json:"spec,omitzero"`

	// status is the observed state of the invitation.
	// +optional
	// +default={"observedGeneration":-1}
	Status InvitationStatus `json:"status,omitzero"`
}

// InvitationList is a list of invitations.
//
// +kubebuilder:object:root=true
type InvitationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []Invitation `json:"items"`
}
