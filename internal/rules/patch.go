// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"bytes"
	"encoding/json"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Patched is an Organization after a JSON merge patch of its spec. A patch that is no such thing, or names a field that does not exist,
// is a violation.
func Patched(org *v1alpha1.Organization, patch string) (*v1alpha1.Organization, Violations) {
	spec, err := json.Marshal(org.Spec)
	if err != nil {
		return nil, badPatch(err)
	}
	merged, err := jsonpatch.MergePatch(spec, []byte(patch))
	if err != nil {
		return nil, badPatch(err)
	}
	after := org.DeepCopy()
	after.Spec = v1alpha1.OrganizationSpec{}
	strict := json.NewDecoder(bytes.NewReader(merged))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&after.Spec); err != nil {
		return nil, badPatch(err)
	}
	return after, nil
}

func badPatch(err error) Violations {
	return invalid("R9", "spec.patch", "is no JSON merge patch of an Organization's spec: %v; for example {\"displayName\": \"Zylker\"}", err)
}
