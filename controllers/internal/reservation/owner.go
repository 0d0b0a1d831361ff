// SPDX-License-Identifier: Apache-2.0

// Package reservation says who wrote a HostReservation. The operator changes only what it wrote itself.
package reservation

import (
	"encoding/json"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Field is a field of a reservation's spec, as the API server notes it.
type Field string

// The fields, and all of them.
const (
	All        Field = ""
	HeldFor    Field = "f:heldFor"
	RedirectTo Field = "f:redirectTo"
	ExpiresAt  Field = "f:expiresAt"
)

// writtenFields are the fields of a spec that somebody wrote, as the API server notes them.
type writtenFields struct {
	Spec map[Field]json.RawMessage `json:"f:spec"`
}

// OperatorWrites reports whether the operator wrote some of a reservation's spec and nobody else wrote any of it: a field, or all of them.
// Values that the platform wrote, by hand or from Git, belong to the platform: they would only come back.
func OperatorWrites(h *v1alpha1.HostReservation, field Field) bool {
	ours := false
	for _, entry := range h.ManagedFields {
		var written writtenFields
		if entry.Subresource != "" || entry.FieldsV1 == nil || json.Unmarshal(entry.FieldsV1.GetRawBytes(), &written) != nil {
			continue
		}
		if _, one := written.Spec[field]; !one && field != All || len(written.Spec) == 0 {
			continue
		}
		if entry.Manager != v1alpha1.FieldOwner {
			return false
		}
		ours = true
	}
	return ours
}

// IsOperators reports whether a reservation is the operator's own, so that the operator ends it. All of its own have an organization and an
// end. If one of these is missing, the platform has taken it out, which the API server notes nowhere.
func IsOperators(h *v1alpha1.HostReservation) bool {
	return h.Spec.HeldFor != nil && h.Spec.ExpiresAt != nil && OperatorWrites(h, All)
}
