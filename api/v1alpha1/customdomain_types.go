// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// CustomDomainState is how far a claim to a custom domain holds (A8). A domain can be served in the states Proved and Missing.
//
// +kubebuilder:validation:Enum=Provisional;Proved;Missing;Lapsed
type CustomDomainState string

const (
	// CustomDomainProvisional: nothing proves yet that the domain is the organization's. It waits for the proof for some days, and keeps nobody
	// else from the domain.
	CustomDomainProvisional CustomDomainState = "Provisional"
	// CustomDomainProved: the DNS record was found, or the platform needs no proof.
	CustomDomainProved CustomDomainState = "Proved"
	// CustomDomainMissing: the record was found once, and is not there any more. It is given some days to come back.
	CustomDomainMissing CustomDomainState = "Missing"
	// CustomDomainLapsed: those days are over. The record can still be published; then the claim begins anew.
	CustomDomainLapsed CustomDomainState = "Lapsed"
)

// DNSAnswer is what DNS said of a record.
//
// +kubebuilder:validation:Enum=Found;NotFound;Unknown
type DNSAnswer string

const (
	// DNSFound: the record is there.
	DNSFound DNSAnswer = "Found"
	// DNSNotFound: DNS says that the record is not there, or says something else.
	DNSNotFound DNSAnswer = "NotFound"
	// DNSUnknown: DNS did not say. This never counts against a claim.
	DNSUnknown DNSAnswer = "Unknown"
)

// CustomDomainStatus is the claim of one organization to one custom domain (A8).
type CustomDomainStatus struct {
	// host is the domain.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Host string `json:"host,omitempty"`

	// organizationUID is that of the Organization whose claim it is. A later one of the same name begins a claim of its own (A2).
	// +required
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	OrganizationUID types.UID `json:"organizationUID,omitempty"`

	// record is the DNS record that proves the domain. Its value is this organization's alone.
	// +required
	Record DNSRecord `json:"record,omitzero"`

	// state is how far the claim holds.
	// +required
	State CustomDomainState `json:"state,omitempty"`

	// since is when that state began.
	// +required
	Since metav1.Time `json:"since,omitzero"`

	// provedAt is when the domain was proved. Absent: it is not, or no longer.
	// +optional
	ProvedAt *metav1.Time `json:"provedAt,omitempty"`

	// endsAt is when the claim ends, or has ended, unless the record is found before. It is promised: a policy that changes later does not move
	// it (L9). Absent: it does not end.
	// +optional
	EndsAt *metav1.Time `json:"endsAt,omitempty"`

	// waived says that the platform needs no proof of this domain. Absent: false.
	// +optional
	Waived bool `json:"waived,omitempty"`

	// lastLook is the last look-up of the record. Absent: there was none yet.
	// +optional
	LastLook *DNSLook `json:"lastLook,omitempty"`

	// answeredRequest is the latest time in the annotation polyorg.io/verify-domain-requested-at for which the record was looked up. Absent:
	// none was asked for.
	// +optional
	AnsweredRequest *metav1.Time `json:"answeredRequest,omitempty"`
}

// DNSRecord is a DNS record of type TXT.
type DNSRecord struct {
	// name of the record, without a dot at its end.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=300
	Name string `json:"name,omitempty"`

	// value is the text of the record.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=255
	Value string `json:"value,omitempty"`
}

// DNSLook is the result of a look-up.
type DNSLook struct {
	// at is when it ended.
	// +required
	At metav1.Time `json:"at,omitzero"`

	// answer is what DNS said.
	// +required
	Answer DNSAnswer `json:"answer,omitempty"`

	// message says why the record was not found. Absent: it was.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`

	// repeatsUntil is how long the DNS resolver may give the same answer from its memory. Absent: it asks again each time.
	// +optional
	RepeatsUntil *metav1.Time `json:"repeatsUntil,omitempty"`

	// fruitless is the number of look-ups in a row that did not find the record, for whatever reason.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Fruitless int32 `json:"fruitless,omitempty"`

	// misses is the number of look-ups in a row that did not find the record of a domain that was proved.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Misses int32 `json:"misses,omitempty"`
}
