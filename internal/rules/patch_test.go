// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestPatched(t *testing.T) {
	zylker := org("zylker", john).on(v1alpha1.EditionEnterprise, 10).Organization
	for sentence, tc := range map[string]struct {
		patch string
		want  func(*v1alpha1.OrganizationSpec) // nil: refused
	}{
		"a field gets another value":     {`{"displayName": "Labs"}`, func(s *v1alpha1.OrganizationSpec) { s.DisplayName = "Labs" }},
		"a field within another":         {`{"subscription": {"licenses": 20}}`, func(s *v1alpha1.OrganizationSpec) { s.Subscription.Licenses = 20 }},
		"null removes a field":           {`{"subscription": null}`, func(s *v1alpha1.OrganizationSpec) { s.Subscription = nil }},
		"an empty patch changes nothing": {`{}`, func(*v1alpha1.OrganizationSpec) {}},
		"an unknown field is refused":    {`{"dispalyName": "Labs"}`, nil},
		"so is one in other letters":     {`{"DisplayName": "Labs"}`, nil},
		"so is a value of another type":  {`{"displayName": 5}`, nil},
		"and a text that is no object":   {`"Labs"`, nil},
		"and a list":                     {`[{"op": "remove", "path": "/displayName"}]`, nil},
		"and one that is cut off":        {`{"displayName": "La`, nil},
		"and nothing":                    {``, nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			before := zylker.DeepCopy()
			got, refused := rules.Patched(before, tc.patch)
			if diff := cmp.Diff(zylker, before); diff != "" {
				t.Errorf("the Organization itself changes: (-want +got)\n%s", diff)
			}
			if tc.want == nil {
				if len(refused) == 0 || refused[0].Field != "spec.patch" {
					t.Errorf("%v, %v", got, refused)
				}
				return
			}
			want := zylker.DeepCopy()
			tc.want(&want.Spec)
			if diff := cmp.Diff(want, got); diff != "" || refused != nil {
				t.Errorf("%v (-want +got)\n%s", refused, diff)
			}
		})
	}
}

func TestPatchedSaysWhatIsWrong(t *testing.T) {
	for patch, words := range map[string]string{
		`[]`:                      "it is no JSON object",
		`{"displayName": 5}`:      "its field displayName has a value of the wrong type: number",
		`{"subscription": "one"}`: "its field subscription has a value of the wrong type: string",
	} {
		if _, refused := rules.Patched(org("zylker", john).Organization, patch); !strings.Contains(refused.String(), words) {
			t.Errorf("of %s it says: %s", patch, refused)
		}
	}
}
