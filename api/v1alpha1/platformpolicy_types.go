// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SignUpPolicy says if a user without any membership may create a first organization (O2).
//
// +kubebuilder:validation:Enum=Closed;Open
type SignUpPolicy string

const (
	// SignUpClosed leaves first organizations to platform actors.
	SignUpClosed SignUpPolicy = "Closed"
	// SignUpOpen lets anybody create a first organization.
	SignUpOpen SignUpPolicy = "Open"
)

// OrganizationDeletionPolicy says which members may delete an organization; platform actors always may (O7).
//
// +kubebuilder:validation:Enum=Administrators;SuperAdmin
type OrganizationDeletionPolicy string

const (
	// OrganizationDeletionAdministrators are the super admin and every Administrator.
	OrganizationDeletionAdministrators OrganizationDeletionPolicy = "Administrators"
	// OrganizationDeletionSuperAdmin is the super admin alone.
	OrganizationDeletionSuperAdmin OrganizationDeletionPolicy = "SuperAdmin"
)

// PlatformPolicySpec holds every number of the rulebook. An absent field has the rulebook's own value. A lowered limit takes nothing away
// from anybody (L9).
type PlatformPolicySpec struct {
	// limits are the limits of one user.
	// +optional
	Limits *LimitsPolicy `json:"limits,omitempty"`

	// trial is the trial of a new organization.
	// +optional
	Trial *TrialPolicy `json:"trial,omitempty"`

	// invitations are deadlines and repetitions.
	// +optional
	Invitations *InvitationPolicy `json:"invitations,omitempty"`

	// hosts are reservations and claims of hosts.
	// +optional
	Hosts *HostPolicy `json:"hosts,omitempty"`

	// signUp is Closed or Open (O2). Absent: Closed.
	// +optional
	SignUp SignUpPolicy `json:"signUp,omitempty"`

	// organizationDeletion is Administrators or SuperAdmin (O7). Absent: Administrators.
	// +optional
	OrganizationDeletion OrganizationDeletionPolicy `json:"organizationDeletion,omitempty"`

	// integrations are rows added to the catalogue, or narrower ones for built-in applications (G3).
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:XValidation:rule=`self.all(row, self.exists_one(other, other.application == row.application && (has(other.component) ? other.component : "") == (has(row.component) ? row.component : "")))`,message="an application and component have one row; leave out the others [G3]"
	Integrations []IntegrationRow `json:"integrations,omitempty"`
}

// LimitsPolicy are the limits of one user, each 0 to 1000.
type LimitsPolicy struct {
	// organizationsPerUser is the number of organizations that a user may belong to at once (L1). Absent: 10.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000
	OrganizationsPerUser *int32 `json:"organizationsPerUser,omitempty"`

	// createdOrganizationsPerUser is the number of these that the user may have created or be super admin of (L2). Absent: 5.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000
	CreatedOrganizationsPerUser *int32 `json:"createdOrganizationsPerUser,omitempty"`

	// createdCRMPlusPerUser is the number of created organizations that may be on CRM Plus (L3). Absent: 1.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000
	CreatedCRMPlusPerUser *int32 `json:"createdCRMPlusPerUser,omitempty"`

	// invitedCRMPlusPerUser is the number of further CRM Plus organizations that a user may join by invitation (L4). Absent: 9.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000
	InvitedCRMPlusPerUser *int32 `json:"invitedCRMPlusPerUser,omitempty"`

	// internalZohoOnePerUser is the number of Zoho One organizations in which a user may be internal (L5). Absent: 1.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000
	InternalZohoOnePerUser *int32 `json:"internalZohoOnePerUser,omitempty"`

	// pendingInvitationsPerUser is the number of pending invitations that a user may have (L7). Absent: 20.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000
	PendingInvitationsPerUser *int32 `json:"pendingInvitationsPerUser,omitempty"`

	// pendingInvitationsPerSuperAdmin is the number of these that may come from organizations of one super admin (L7). Absent: 3.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000
	PendingInvitationsPerSuperAdmin *int32 `json:"pendingInvitationsPerSuperAdmin,omitempty"`
}

// TrialPolicy describes the trial of a new organization.
type TrialPolicy struct {
	// days is the length of the trial, 1 to 3650 days from creation (E2). Absent: 15. Trials that have begun keep their end.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=3650
	Days *int32 `json:"days,omitempty"`

	// licenses is the number of seats on trial, 1 to 1000000 (E5). Absent: 3.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000
	Licenses *int32 `json:"licenses,omitempty"`

	// warningDays is the number of days before the end of a trial, or of a subscription that has one, in which the organization's
	// administrators are warned (E3, E8). It is 0 to 3650, and at most days; 0: no warning. Absent: 3, or all days of a shorter trial.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=3650
	WarningDays *int32 `json:"warningDays,omitempty"`
}

// InvitationPolicy is the life of invitations, and the number of their e-mails.
type InvitationPolicy struct {
	// validDays is the time in which an invitation can be answered, 1 to 365 days from its creation (I1). Absent: 7. Invitations that exist
	// keep their deadline.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=365
	ValidDays *int32 `json:"validDays,omitempty"`

	// sends is the number of times that the e-mail may be sent again on request, 0 to 100 (I9). The first e-mail does not count. Absent: 3.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	Sends *int32 `json:"sends,omitempty"`

	// messagesPerMinute is the number of e-mails that one organization sends in a minute, 1 to 10000 (I13). Absent: 60.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10000
	MessagesPerMinute *int32 `json:"messagesPerMinute,omitempty"`

	// messagesPerMinuteToDomain is the number of e-mails that all organizations together send in a minute to addresses of one domain, 1 to
	// 100000 (I13). Absent: 300.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100000
	MessagesPerMinuteToDomain *int32 `json:"messagesPerMinuteToDomain,omitempty"`

	// ttlDaysAfterFinished is when the operator deletes invitations that people made, after they were answered, expired or were revoked: 0 to
	// 3650 days (I2). It deletes none that a platform actor made, such as a GitOps pipeline: those have spec.ttlSecondsAfterFinished. Absent:
	// they stay.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=3650
	TTLDaysAfterFinished *int32 `json:"ttlDaysAfterFinished,omitempty"`
}

// HostPolicy says how long hosts stay reserved to their former holder, and which names are reserved.
type HostPolicy struct {
	// reservationDays is the time for which a former host stays reserved, 0 to 3650 days (A6, A7). Absent: 30.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=3650
	ReservationDays *int32 `json:"reservationDays,omitempty"`

	// unprovedClaimDays is the time for which a custom domain is held without proof of ownership, 1 to 365 days (A8). Absent: 7.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=365
	UnprovedClaimDays *int32 `json:"unprovedClaimDays,omitempty"`

	// reservedNames are the names that no access URL may have; they replace the built-in ones (A4).
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=128
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=63
	// +kubebuilder:validation:items:XValidation:rule=`self.matches(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")`,message="a reserved name is one DNS label; use lower-case letters, digits and inner hyphens, for example login [A4]"
	ReservedNames []string `json:"reservedNames,omitempty"`
}

// AccountComparison says when two spellings of an account are one account (G1).
//
// +kubebuilder:validation:Enum=CaseInsensitive;Exact
type AccountComparison string

const (
	// AccountsCaseInsensitive treats accounts as one if they differ only in letter case or in encoding, as full-width and plain letters do.
	AccountsCaseInsensitive AccountComparison = "CaseInsensitive"
	// AccountsExact treats accounts as one only if Unicode holds them for the same text, as composed and decomposed accents.
	AccountsExact AccountComparison = "Exact"
)

// IntegrationRow says how many accounts of an application can be bound to how many organizations (G1).
type IntegrationRow struct {
	// application is the application's name, for example ZohoDesk.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule=`self.matches(r"^[A-Za-z][A-Za-z0-9]*$")`,message="an application's name is made of letters and digits; write it like ZohoDesk [G3]"
	Application string `json:"application,omitempty"`

	// component is the part of the application for which the row is. Absent or empty: the application as a whole.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule=`self.matches(r"^([A-Za-z][A-Za-z0-9]*)?$")`,message="a component's name is made of letters and digits; write it like Calendar [G3]"
	Component string `json:"component,omitempty"`

	// unit is the word for an account of the application in messages, for example portal.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule=`!self.matches(r"[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\x{34F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{3164}\x{FFA0}]")`,message="a unit is one line of visible text; remove its control, zero-width and bidirectional characters [A4]"
	Unit string `json:"unit,omitempty"`

	// organizationsPerAccount is the number of organizations to which one account may be bound. 0: no limit.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000000
	OrganizationsPerAccount int32 `json:"organizationsPerAccount"`

	// accountsPerOrganization is the number of accounts that one organization may bind. 0: no limit.
	// +required
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000000
	AccountsPerOrganization int32 `json:"accountsPerOrganization"`

	// accounts says when two spellings are one account, CaseInsensitive or Exact. Absent: as in the built-in row, or CaseInsensitive.
	// +optional
	Accounts AccountComparison `json:"accounts,omitempty"`

	// initiatedFrom are the sides on which a binding may be started (G2).
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=2
	InitiatedFrom []InitiatedFrom `json:"initiatedFrom,omitempty"`
}

// PlatformPolicyStatus is the observed state of the policy.
type PlatformPolicyStatus struct {
	// conditions are Ready, Reconciling, Stalled and Enforced.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation of the spec that this status describes; -1 until the operator has looked at it.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
}

// PlatformPolicy holds the numbers of the rulebook and the additions to the integration catalogue. It can be changed while the operator
// runs. There is one, named default. Without it the rulebook's own values are in force.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,shortName=pp,categories=polyorg
// +kubebuilder:printcolumn:name="Sign Up",type=string,JSONPath=".spec.signUp"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Enforced",type=string,JSONPath=`.status.conditions[?(@.type=="Enforced")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
// +kubebuilder:validation:XValidation:rule="self.metadata.name == 'default'",fieldPath=".metadata",message="there is one PlatformPolicy; write metadata.name: default [L9]"
type PlatformPolicy struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata; its name is default.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec holds the numbers. Absent: the rulebook's own.
	// +optional
	Spec PlatformPolicySpec `json:"spec,omitzero"`

	// status is the observed state of the policy.
	// +optional
	// +default={"observedGeneration":-1}
	Status PlatformPolicyStatus `json:"status,omitzero"`
}

// PlatformPolicyList is a list of policies.
//
// +kubebuilder:object:root=true
type PlatformPolicyList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []PlatformPolicy `json:"items"`
}
