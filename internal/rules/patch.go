// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"encoding/json"
	"errors"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	kjson "sigs.k8s.io/json"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Patched is an Organization after a JSON merge patch of its spec. A patch that is no such thing, or names a field that does not exist,
// is a violation.
func Patched(org *v1alpha1.Organization, patch string) (*v1alpha1.Organization, Violations) {
	spec, err := json.Marshal(org.Spec)
	if err != nil {
		return nil, badPatch("it cannot be applied")
	}
	merged, err := jsonpatch.MergePatch(spec, []byte(patch))
	if err != nil {
		return nil, badPatch("it is no JSON object")
	}
	after := org.DeepCopy()
	after.Spec = v1alpha1.OrganizationSpec{}
	unknown, err := kjson.UnmarshalStrict(merged, &after.Spec)
	wrong, isWrong := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case isWrong && wrong.Field == "":
		return nil, badPatch("it is no JSON object")
	case isWrong:
		return nil, badPatch("its field " + wrong.Field + " has a value of the wrong type: " + wrong.Value)
	case err != nil:
		return nil, badPatch("it has a value that is not possible there")
	case len(unknown) > 0:
		return nil, badPatch("it has an " + unknown[0].Error())
	}
	return after, nil
}

func badPatch(why string) Violations {
	return invalid("R9", "spec.patch", "this is no JSON merge patch of an Organization's spec: %s; write one as {\"displayName\": \"Zylker\"}", why)
}
