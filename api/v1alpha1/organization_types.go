// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// InvitationDelivery is where the invitations of an organization can be answered (I6).
//
// +kubebuilder:validation:Enum=Listed;EmailOnly
type InvitationDelivery string

const (
	// InvitationDeliveryListed invitations are in the invitee's organization list and in the e-mail.
	InvitationDeliveryListed InvitationDelivery = "Listed"
	// InvitationDeliveryEmailOnly invitations are answered with the token from the e-mail alone.
	InvitationDeliveryEmailOnly InvitationDelivery = "EmailOnly"
)

// OrganizationSpec is the desired state of an organization. The platform and the organization's administrators write it.
//
// +kubebuilder:validation:XValidation:rule="self.?sampleData.orValue(false) == oldSelf.?sampleData.orValue(false)",fieldPath=".sampleData",message="sample data can be asked for at creation only; put back the former value [O5]"
type OrganizationSpec struct {
	// displayName is the organization's name as people see it: one line of 1 to 100 characters. It has no control, zero-width or
	// bidirectional character (A4).
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	// +kubebuilder:validation:XValidation:rule=`self.trim() == self && !self.matches(r"[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\x{34F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{3164}\x{FFA0}]")`,message="a display name is one line of visible text; remove the spaces around it and the characters that nobody sees [O5]"
	DisplayName string `json:"displayName,omitempty"`

	// superAdmin is the e-mail address of the organization's one super admin (R1). A change transfers the role (R2).
	// +required
	SuperAdmin Email `json:"superAdmin,omitempty"`

	// timeZone is an IANA time zone, for example Europe/Paris. Absent: UTC.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule=`self.matches(r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9][A-Za-z0-9_+-]*)*$")`,message="a time zone is an IANA name; write it like Europe/Paris or UTC [O5]"
	TimeZone string `json:"timeZone,omitempty"`

	// locale is the BCP 47 language of the organization's e-mails and pages; en and fr are shipped. Absent: en.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=35
	// +kubebuilder:validation:XValidation:rule=`self.matches(r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")`,message="a locale is a BCP 47 language tag; write it like fr or en-GB [O5]"
	Locale string `json:"locale,omitempty"`

	// accessURL is the address of the organization's CRM (A1). Absent: all of its fields have their defaults.
	// +optional
	AccessURL *AccessURL `json:"accessURL,omitempty"`

	// subscription is the edition and the licences that were bought. Absent: the Enterprise trial (O4, E3).
	// +optional
	Subscription *Subscription `json:"subscription,omitempty"`

	// suspended suspends the organization for as long as it is there; set by platform actors only (E8). Absent: the platform does not suspend
	// it. It may be suspended all the same, because its trial or its subscription has ended.
	// +optional
	Suspended *OrganizationSuspension `json:"suspended,omitempty"`

	// trialEndsAt moves the end of the trial; set by platform actors only. Absent: status.trial.days after creation (E2).
	// +optional
	TrialEndsAt *metav1.Time `json:"trialEndsAt,omitempty"`

	// sampleData asks for sample data, at creation only (O5). Absent: false.
	// +optional
	SampleData bool `json:"sampleData,omitempty"`

	// ipRestriction limits the networks from which the access URL is served, and makes invitations e-mail-only (I6).
	// +optional
	IPRestriction *IPRestriction `json:"ipRestriction,omitempty"`

	// deletionProtection refuses deletion for as long as it is true (O7). Absent: false.
	// +optional
	DeletionProtection bool `json:"deletionProtection,omitempty"`
}

// AccessURL is the host of an organization, and the Service that answers there.
type AccessURL struct {
	// name is the first label of the host https://<name>.<baseDomain>: one lower-case DNS label of 3 to 59 characters
	// (A4). Absent: the organization's name.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="!self.contains('://')",message="an access URL's name is not a URL; write the name alone, without a scheme such as https:// and without the domain, for example zylker-products [A4]"
	// +kubebuilder:validation:XValidation:rule=`self.contains('://') || self.matches(r"^[a-z0-9][a-z0-9-]{1,57}[a-z0-9]$")`,message="an access URL's name is one DNS label of 3 to 59 characters; use lower-case letters, digits and inner hyphens, without dots, for example zylker-products [A4]",messageExpression=`self.lowerAscii().matches(r"^[a-z0-9][a-z0-9-]{1,57}[a-z0-9]$") ? "an access URL's name is in lower case; write " + self.lowerAscii() + " [A4]" : ""`
	Name string `json:"name,omitempty"`

	// customDomain is a host outside the base domain that leads to the same organization (A1, A4). It is served once a DNS record has proved
	// that it is the organization's. status.customDomain has that record (A8).
	// +optional
	CustomDomain Host `json:"customDomain,omitempty"`

	// backend is a Service in the organization's own namespace. Absent: the operator's configured back end.
	// +optional
	Backend *ServiceBackend `json:"backend,omitempty"`
}

// ServiceBackend is a port of a Service in the organization's own namespace.
type ServiceBackend struct {
	// serviceName is the name of the Service.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule=`self.matches(r"^[a-z]([a-z0-9-]*[a-z0-9])?$")`,message="a Service's name is a lower-case DNS label that starts with a letter; write it like crm [A5]"
	ServiceName string `json:"serviceName,omitempty"`

	// port is the port of the Service, 1 to 65535.
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int32 `json:"port,omitempty"`
}

// Subscription is the edition and the licences that were bought for this organization alone (E4).
type Subscription struct {
	// edition is the edition bought (E1).
	// +required
	Edition Edition `json:"edition,omitempty"`

	// licenses is the number of seats bought, 1 to 1000000; never less than the seats in use (E5, E6).
	// +required
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000000
	Licenses int32 `json:"licenses,omitempty"`

	// endsAt is the moment from which the organization is suspended until the subscription is renewed; set, moved and removed by platform
	// actors only (E8). Absent: the subscription has no end.
	// +optional
	EndsAt *metav1.Time `json:"endsAt,omitempty"`
}

// OrganizationSuspension says that the platform suspends an organization. Nothing of it is deleted, and it is in service again once this is
// removed.
type OrganizationSuspension struct {
	// reason is why, in one line of 1 to 200 characters. It has no control, zero-width or bidirectional character (A4). The organization's
	// members read it, and the page at its hosts does not show it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=200
	// +kubebuilder:validation:XValidation:rule=`self.trim() == self && !self.matches(r"[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\x{34F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{3164}\x{FFA0}]")`,message="the reason of a suspension is one line of visible text; remove the spaces around it and the characters that nobody sees [E8]"
	Reason string `json:"reason,omitempty"`
}

// IPRestriction names the networks that may reach an organization.
type IPRestriction struct {
	// allowedCIDRs are 1 to 100 networks in canonical form.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=100
	AllowedCIDRs []CIDR `json:"allowedCIDRs,omitempty"`
}

// OrganizationStatus is the observed state of an organization.
type OrganizationStatus struct {
	// conditions are Ready, Reconciling, Stalled, Granted, NamespaceReady, AccessURLReady, CustomDomainReady, CustomDomainEnding,
	// Subscribed, TrialEnding, SubscriptionEnding, ForeignAccess, PreviousHostsFull and SampleDataLoaded.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// observedGeneration is the generation of the spec that this status describes; -1 until the operator has looked at it.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// namespace is the organization's namespace, org-<name>, once the operator has made or adopted it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`

	// edition is the edition in force: that of the subscription, or Enterprise on trial (O4).
	// +optional
	Edition Edition `json:"edition,omitempty"`

	// editionText is the edition for display, for example "Enterprise (trial)" or "Ultimate (ended)".
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	EditionText string `json:"editionText,omitempty"`

	// trial is the organization's trial, also after its end (E2).
	// +optional
	Trial *TrialStatus `json:"trial,omitempty"`

	// accessURL is the URL at which the organization is served, default name included (A1).
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=300
	AccessURL string `json:"accessURL,omitempty"`

	// hosts are the hosts that the organization holds and serves. A host leaves the list only after its HostReservation exists, so that
	// nobody can take it in between (A6).
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	Hosts []string `json:"hosts,omitempty"`

	// previousHosts are reserved to the organization and redirect to its present host (A6). There are at most 100. For more, the reservations
	// that would end first end early, and the condition PreviousHostsFull names their hosts.
	// +optional
	// +listType=map
	// +listMapKey=host
	// +kubebuilder:validation:MaxItems=100
	PreviousHosts []PreviousHost `json:"previousHosts,omitempty"`

	// customDomain says how far the claim to spec.accessURL.customDomain holds, and which DNS record proves it (A8). Absent: none is asked for.
	// +optional
	CustomDomain *CustomDomainStatus `json:"customDomain,omitempty"`

	// seats counts the licences and their use (E5).
	// +optional
	Seats SeatsStatus `json:"seats,omitzero"`

	// invitations counts the pending invitations, and says what became of their e-mails (I12, I13). Absent: none is pending.
	// +optional
	Invitations *InvitationsStatus `json:"invitations,omitempty"`

	// invitationDelivery is where the organization's invitations can be answered at present (I6).
	// +optional
	InvitationDelivery InvitationDelivery `json:"invitationDelivery,omitempty"`
}

// TrialStatus is the begin and the end of a trial.
type TrialStatus struct {
	// startedAt is the organization's creation.
	// +required
	StartedAt metav1.Time `json:"startedAt,omitzero"`

	// endsAt is the moment from which an unsubscribed organization is suspended (E3).
	// +required
	EndsAt metav1.Time `json:"endsAt,omitzero"`

	// days is the length of the trial from startedAt, promised when it began by the PlatformPolicy of that day. A later change of the
	// policy applies to trials that begin after it, and neither shortens nor extends this one (L9). spec.trialEndsAt does.
	// +optional
	// +kubebuilder:validation:Minimum=1
	Days int32 `json:"days,omitempty"`

	// summary is endsAt for display, in RFC 3339. Absent: the organization is subscribed, so the end of its trial does not matter (E3).
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	Summary string `json:"summary,omitempty"`
}

// PreviousHost is a host that the organization held before.
type PreviousHost struct {
	// host is the former host.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Host string `json:"host,omitempty"`

	// reservedUntil is the moment from which others may take it. Absent: never.
	// +optional
	ReservedUntil *metav1.Time `json:"reservedUntil,omitempty"`
}

// SeatsStatus counts an organization's seats (E5).
type SeatsStatus struct {
	// purchased is the number of seats there are: the licences, or those of the trial.
	// +required
	// +kubebuilder:validation:Minimum=0
	Purchased int32 `json:"purchased"`

	// used is the number of seats that active memberships and pending invitations hold.
	// +required
	// +kubebuilder:validation:Minimum=0
	Used int32 `json:"used"`

	// pending is the part of used that pending invitations hold.
	// +required
	// +kubebuilder:validation:Minimum=0
	Pending int32 `json:"pending"`

	// summary is used and purchased for display, for example "7/25".
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	Summary string `json:"summary,omitempty"`
}

// InvitationsStatus counts the pending invitations of an organization. Those without a mail server are pending alone.
type InvitationsStatus struct {
	// pending is the number of invitations that wait for an answer.
	// +required
	// +kubebuilder:validation:Minimum=0
	Pending int32 `json:"pending"`

	// sent is the number of them whose latest e-mail the mail server took.
	// +required
	// +kubebuilder:validation:Minimum=0
	Sent int32 `json:"sent"`

	// waiting is the number of them whose e-mail is on its way, waits for its turn, or is tried again (I12, I13).
	// +required
	// +kubebuilder:validation:Minimum=0
	Waiting int32 `json:"waiting"`

	// undelivered is the number of them whose e-mail is not sent: the mail server refused it, its recipient wants none, or enough were sent
	// (I12, I13).
	// +required
	// +kubebuilder:validation:Minimum=0
	Undelivered int32 `json:"undelivered"`
}

// Organization is one CRM account: its super admin, edition, licences and access URL. Its other objects are in the namespace org-<name>.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,shortName=org,categories=polyorg
// +kubebuilder:selectablefield:JSONPath=".spec.superAdmin"
// +kubebuilder:selectablefield:JSONPath=".status.edition"
// +kubebuilder:printcolumn:name="Display Name",type=string,JSONPath=".spec.displayName"
// +kubebuilder:printcolumn:name="Super Admin",type=string,JSONPath=".spec.superAdmin"
// +kubebuilder:printcolumn:name="Edition",type=string,JSONPath=".status.editionText"
// +kubebuilder:printcolumn:name="Seats",type=string,JSONPath=".status.seats.summary"
// +kubebuilder:printcolumn:name="Access URL",type=string,JSONPath=".status.accessURL"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
// +kubebuilder:printcolumn:name="Trial Ends",type=string,JSONPath=".status.trial.summary",priority=1
// +kubebuilder:printcolumn:name="Subscription Ends",type=string,JSONPath=".spec.subscription.endsAt",priority=1
// +kubebuilder:validation:XValidation:rule=`self.metadata.name.matches(r"^[a-z0-9][a-z0-9-]{1,57}[a-z0-9]$")`,fieldPath=".metadata",message="an organization's metadata.name is one DNS label of 3 to 59 characters; use lower-case letters, digits and inner hyphens, for example zylker-products [A4]"
type Organization struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata; its name is that of the organization, and never changes.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is the desired state of the organization.
	// +required
	Spec OrganizationSpec `json:"spec,omitzero"`

	// status is the observed state of the organization.
	// +optional
	// +default={"observedGeneration":-1}
	Status OrganizationStatus `json:"status,omitzero"`
}

// OrganizationList is a list of organizations.
//
// +kubebuilder:object:root=true
type OrganizationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []Organization `json:"items"`
}
