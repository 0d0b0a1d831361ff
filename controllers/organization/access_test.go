// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"strconv"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
)

func TestBindings(t *testing.T) {
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker", UID: "1"}}
	r := &Reconciler{Config: &config.OperatorConfig{Identity: config.Identity{UsernamePrefix: "oidc:"}}}
	for sentence, tc := range map[string]struct {
		people int
		want   []int // people in each binding
	}{
		"nobody needs no binding":        {0, nil},
		"one person needs one":           {1, []int{1}},
		"a full one is one":              {500, []int{500}},
		"one person more needs another":  {501, []int{500, 1}},
		"and so on, as far as it may go": {1001, []int{500, 500, 1}},
	} {
		t.Run(sentence, func(t *testing.T) {
			emails := make([]string, tc.people)
			for i := range emails {
				emails[i] = strconv.Itoa(i) + "@zylker.com"
			}
			got := bindings(org, memberRole, r.subjects(emails))
			if len(got) != len(tc.want) {
				t.Fatalf("got %d bindings, want %d", len(got), len(tc.want))
			}
			next := 0
			for i, b := range got {
				if want := memberRole + "-" + strconv.Itoa(i); *b.GetName() != want || len(b.Subjects) != tc.want[i] {
					t.Errorf("got %s with %d people, want %s with %d", *b.GetName(), len(b.Subjects), want, tc.want[i])
				}
				for _, s := range b.Subjects {
					if want := "oidc:" + emails[next]; *s.Name != want {
						t.Fatalf("got %s, want %s", *s.Name, want)
					}
					next++
				}
			}
		})
	}
}
