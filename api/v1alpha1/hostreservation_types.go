// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// HostReservationSpec says for which organization a host is kept, and until when.
type HostReservationSpec struct {
	// heldFor is the organization that may take the host again. Absent: nobody may take it.
	// +optional
	HeldFor *OrganizationReference `json:"heldFor,omitempty"`

	// redirectTo is the host to which this one redirects while it is held for an organization (A6). Absent: it is not served.
	// +optional
	RedirectTo Host `json:"redirectTo,omitempty"`

	// expiresAt is when the reservation ends and the host is free. Absent: never.
	// +optional
	ExpiresAt *metav1.Time `json:"expiresAt,omitempty"`
}

// OrganizationReference names one organization and no later one of the same name, which has another UID (A2).
type OrganizationReference struct {
	// name is that of the Organization.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=59
	Name string `json:"name,omitempty"`

	// uid is that of the Organization.
	// +required
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	UID types.UID `json:"uid,omitempty"`
}

// HostReservationStatus is the observed state of the reservation.
type HostReservationStatus struct {
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
}

// HostReservation reserves the host that is its name, so that nobody takes it. After a rename or deletion it does so until a date; it can
// also do so without an end (A6, A7). The operator redirects and ends those that it made. It leaves those that the platform wrote as they
// are, until expiresAt.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,shortName=hr,categories=polyorg
// +kubebuilder:printcolumn:name="Held For",type=string,JSONPath=".spec.heldFor.name"
// +kubebuilder:printcolumn:name="Redirect To",type=string,JSONPath=".spec.redirectTo"
// +kubebuilder:printcolumn:name="Expires",type=string,JSONPath=".spec.expiresAt"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
// +kubebuilder:validation:XValidation:rule=`self.metadata.name.matches(r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")`,fieldPath=".metadata",message="a reservation's metadata.name is the host itself; write a full domain name, for example old-name.crm.example.com [A4]"
type HostReservation struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata; its name is the host.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec says for which organization the host is kept. Absent: for none, without an end.
	// +optional
	Spec HostReservationSpec `json:"spec,omitzero"`

	// status is the observed state of the reservation.
	// +optional
	// +default={"observedGeneration":-1}
	Status HostReservationStatus `json:"status,omitzero"`
}

// HostReservationList is a list of reservations.
//
// +kubebuilder:object:root=true
type HostReservationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []HostReservation `json:"items"`
}
