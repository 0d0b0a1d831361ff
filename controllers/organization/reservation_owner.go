// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"encoding/json"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// writtenFields are the fields of a spec that somebody wrote, as the API server notes them.
type writtenFields struct {
	Spec map[string]json.RawMessage `json:"f:spec"`
}

// writesAlone reports whether the operator wrote some of a reservation's spec and nobody else wrote any of it: a field, or all of them.
// Values that the platform wrote, by hand or from Git, belong to the platform: they would only come back.
func writesAlone(h *v1alpha1.HostReservation, field string) bool {
	ours := false
	for _, entry := range h.ManagedFields {
		var written writtenFields
		if entry.Subresource != "" || entry.FieldsV1 == nil || json.Unmarshal(entry.FieldsV1.GetRawBytes(), &written) != nil {
			continue
		}
		if _, one := written.Spec[field]; !one && field != all || len(written.Spec) == 0 {
			continue
		}
		if entry.Manager != v1alpha1.FieldOwner {
			return false
		}
		ours = true
	}
	return ours
}

const (
	all        = "" // fields
	redirectTo = "f:redirectTo"
)
