// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// manyMarks are so many keys, each of so many bytes with its value.
func manyMarks(n, bytes int) map[string]string {
	marks := map[string]string{}
	for i := range n {
		key := fmt.Sprintf("key-%05d", i)
		marks[key] = strings.Repeat("v", bytes-len(key))
	}
	return marks
}

func TestTheExtentOfWhatPeopleWriteBesideASpec(t *testing.T) {
	const applied = "kubectl.kubernetes.io/last-applied-configuration"
	meta := func(change func(*metav1.ObjectMeta)) *metav1.ObjectMeta {
		m := &metav1.ObjectMeta{Name: "i"}
		change(m)
		return m
	}
	none := meta(func(*metav1.ObjectMeta) {})
	labelled := func(n int) *metav1.ObjectMeta {
		return meta(func(m *metav1.ObjectMeta) { m.Labels = manyMarks(n, 20) })
	}
	annotated := func(n, bytes int) *metav1.ObjectMeta {
		return meta(func(m *metav1.ObjectMeta) { m.Annotations = manyMarks(n, bytes) })
	}
	noted := func(bytes int) *metav1.ObjectMeta {
		return meta(func(m *metav1.ObjectMeta) {
			m.Annotations = map[string]string{applied: strings.Repeat("x", bytes-len(applied))}
		})
	}
	managed := func(bytes int) *metav1.ObjectMeta {
		return meta(func(m *metav1.ObjectMeta) {
			m.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "k", FieldsV1: &metav1.FieldsV1{Raw: []byte(strings.Repeat("x", bytes-1))}}}
		})
	}
	named := func(length int) *metav1.ObjectMeta { return &metav1.ObjectMeta{Name: strings.Repeat("n", length)} }
	bob := rules.Act{Actor: rules.Actor{Email: "bob@zylker.com", Request: "request-abcde"}} // the operator, which carries out his request
	for sentence, tc := range map[string]struct {
		before, after metav1.Object
		want          string
	}{
		"64 labels are possible":                       {nil, labelled(64), ""},
		"65 are too many":                              {nil, labelled(65), "(used 65 of 64) [R4]"},
		"12,000 labels, which etcd would refuse later": {nil, labelled(12_000), "(used 12000 of 64) [R4]"},
		"annotations count with labels": {nil, meta(func(m *metav1.ObjectMeta) {
			m.Labels, m.Annotations = manyMarks(32, 20), manyMarks(33, 20)
		}), "(used 65 of 64) [R4]"},
		"16 KiB are possible": {none, annotated(16, 1<<10), ""},
		"17 are too many":     {none, annotated(17, 1<<10), "(used 17408 of 16384) [R4]"},
		"kubectl's own annotation does not count with them": {none, noted(40 << 10), ""},
		"nor does the operator's, of the last request": {annotated(64, 20), meta(func(m *metav1.ObjectMeta) {
			m.Annotations = manyMarks(64, 20)
			m.Annotations[v1alpha1.LastRequestAnnotation] = "request-abcde"
		}), ""},
		"but has a bound of its own":                        {none, noted(49 << 10), "(used 50176 of 49152) [R4]"},
		"the managed fields have one":                       {none, managed(129 << 10), "(used 132096 of 131072) [R4]"},
		"most objects have less of that":                    {none, managed(127 << 10), ""},
		"labels that a platform actor has written may stay": {labelled(100), labelled(100), ""},
		"and become less":                                   {labelled(100), labelled(90), ""},
		"but not more":                                      {labelled(100), labelled(101), "(used 101 of 64) [R4]"},
		"other fields of such an object stay editable":      {annotated(40, 1<<10), annotated(40, 1<<10), ""},
		"a name of 63 characters is possible":               {nil, named(63), ""},
		"one of 64 is not":                                  {nil, named(64), "63 characters at most"},
		"an object that has one stays editable":             {named(253), named(253), ""},
	} {
		got := rules.Metadata(bob, tc.before, tc.after)
		if (tc.want == "") != (len(got) == 0) || !strings.Contains(got.String(), tc.want) {
			t.Errorf("%s: got %q", sentence, got)
		}
		if got := rules.Metadata(rules.Act{Actor: rules.Actor{Platform: true}}, tc.before, tc.after); len(got) > 0 {
			t.Errorf("%s: a platform actor got %q", sentence, got)
		}
	}
}
