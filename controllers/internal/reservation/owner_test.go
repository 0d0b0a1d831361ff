// SPDX-License-Identifier: Apache-2.0

package reservation

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// wrote is the API server's record of a writer of fields.
func wrote(manager, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{Manager: manager, FieldsV1: metav1.NewFieldsV1(fields)}
}

func TestOperatorWrites(t *testing.T) {
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
			if got := OperatorWrites(h, All); got != tc.alone {
				t.Errorf("wrote all of it: %v, want %v", got, tc.alone)
			}
			if got := OperatorWrites(h, RedirectTo); got != tc.directs {
				t.Errorf("wrote the redirect: %v, want %v", got, tc.directs)
			}
		})
	}
}

func TestIsOperators(t *testing.T) {
	end := metav1.Now()
	whole := v1alpha1.HostReservationSpec{HeldFor: &v1alpha1.OrganizationReference{Name: "zylker", UID: "uid"}, ExpiresAt: &end}
	forGood, forNobody := whole, whole
	forGood.ExpiresAt, forNobody.HeldFor = nil, nil
	by := []metav1.ManagedFieldsEntry{wrote("polyorg", `{"f:spec":{"f:heldFor":{"f:name":{},"f:uid":{}},"f:expiresAt":{}}}`)}
	for sentence, tc := range map[string]struct {
		spec v1alpha1.HostReservationSpec
		by   []metav1.ManagedFieldsEntry
		want bool
	}{
		"one that the operator wrote is its own":                         {whole, by, true},
		"one whose end the platform took out is the platform's":          {forGood, by, false},
		"one whose organization the platform took out is too":            {forNobody, by, false},
		"one whose end the platform wrote is too":                        {whole, append(by[:1:1], wrote("kubectl", `{"f:spec":{"f:expiresAt":{}}}`)), false},
		"one that nobody is noted for is not known to be the operator's": {whole, nil, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			h := &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{ManagedFields: tc.by}, Spec: tc.spec}
			if got := IsOperators(h); got != tc.want {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}
