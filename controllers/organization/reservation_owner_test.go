// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// wrote is the API server's record of a writer of fields.
func wrote(manager, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{Manager: manager, FieldsV1: metav1.NewFieldsV1(fields)}
}

func TestWritesAlone(t *testing.T) {
	made := wrote("polyorg", `{"f:metadata":{"f:labels":{}},"f:spec":{".":{},"f:heldFor":{"f:name":{},"f:uid":{}},"f:redirectTo":{},"f:expiresAt":{}}}`)
	said := wrote("manager", `{"f:status":{"f:conditions":{}}}`)
	said.Subresource = "status"
	for sentence, tc := range map[string]struct {
		by             []metav1.ManagedFieldsEntry
		alone, directs bool
	}{
		"the operator's own reservation is its own":             {[]metav1.ManagedFieldsEntry{made, said}, true, true},
		"also where somebody labelled it":                       {[]metav1.ManagedFieldsEntry{made, wrote("kubectl", `{"f:metadata":{"f:labels":{}}}`)}, true, true},
		"one that was prolonged redirects, and is not deleted":  {[]metav1.ManagedFieldsEntry{made, wrote("kubectl-edit", `{"f:spec":{"f:expiresAt":{}}}`)}, false, true},
		"one whose redirect was taken over is the platform's":   {[]metav1.ManagedFieldsEntry{made, wrote("flux", `{"f:spec":{"f:redirectTo":{}}}`)}, false, false},
		"one from Git is the platform's, with the same content": {[]metav1.ManagedFieldsEntry{wrote("kubectl", made.FieldsV1.GetRawString())}, false, false},
		"one without managed fields has no owner":               {nil, false, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			h := &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{ManagedFields: tc.by}}
			if got := writesAlone(h, all); got != tc.alone {
				t.Errorf("wrote all of it: %v, want %v", got, tc.alone)
			}
			if got := writesAlone(h, redirectTo); got != tc.directs {
				t.Errorf("wrote the redirect: %v, want %v", got, tc.directs)
			}
		})
	}
}
