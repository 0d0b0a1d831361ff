// SPDX-License-Identifier: Apache-2.0

package routes

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func parsed(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := utiljson.Unmarshal([]byte(text), &u.Object); err != nil {
		t.Fatal(err)
	}
	return u
}

const (
	wanted = `{"apiVersion":"x/v1","kind":"X","metadata":{"name":"a","namespace":"b","labels":{"l":"1"},"ownerReferences":[{"uid":"u","name":"o","controller":true}]},"spec":{"rules":[{"host":"h","port":80}]}}`
	stored = `{"apiVersion":"x/v1","kind":"X","metadata":{"name":"a","namespace":"b","labels":{"l":"1","theirs":"2"},"annotations":{"seen":"yes"},"ownerReferences":[{"uid":"u","name":"o","controller":true},{"uid":"v","name":"p"}]},"spec":{"class":"theirs","rules":[{"host":"h","port":80}]},"status":{"address":"1"}}`
	owned  = `{"f:metadata":{"f:labels":{"f:l":{}},"f:ownerReferences":{"k:{\"uid\":\"u\"}":{}}},"f:spec":{"f:rules":{}}}`
)

func TestIs(t *testing.T) {
	for sentence, tc := range map[string]struct {
		wanted, stored, owned string
		manager               string
		operation             metav1.ManagedFieldsOperationType
		subresource           string
		want                  bool
	}{
		"what is stored is what is wanted, beside what others wrote": {want: true},
		"a wanted value that somebody changed":                       {stored: `{"metadata":{"labels":{"l":"2"},"ownerReferences":[{"uid":"u","name":"o","controller":true}]},"spec":{"rules":[{"host":"h","port":80}]}}`},
		"a number that somebody changed":                             {stored: `{"metadata":{"labels":{"l":"1"},"ownerReferences":[{"uid":"u","name":"o","controller":true}]},"spec":{"rules":[{"host":"h","port":81}]}}`},
		"a wanted field that somebody took over":                     {owned: `{"f:metadata":{"f:labels":{"f:l":{}},"f:ownerReferences":{"k:{\"uid\":\"u\"}":{}}}}`},
		"a wanted label that somebody removed":                       {owned: `{"f:metadata":{"f:ownerReferences":{"k:{\"uid\":\"u\"}":{}}},"f:spec":{"f:rules":{}}}`},
		"a field of ours that is wanted no longer":                   {owned: `{"f:metadata":{"f:labels":{"f:l":{}},"f:ownerReferences":{"k:{\"uid\":\"u\"}":{}}},"f:spec":{"f:rules":{},"f:class":{}}}`},
		"an owner of ours that is wanted no longer":                  {owned: `{"f:metadata":{"f:labels":{"f:l":{}},"f:ownerReferences":{"k:{\"uid\":\"u\"}":{},"k:{\"uid\":\"v\"}":{}}},"f:spec":{"f:rules":{}}}`},
		"a field of ours that is not there":                          {owned: `{"f:metadata":{"f:labels":{"f:l":{}},"f:ownerReferences":{"k:{\"uid\":\"u\"}":{}}},"f:spec":{"f:rules":{},"f:gone":{}}}`},
		"marks of whole maps change nothing":                         {owned: `{"f:metadata":{"f:labels":{".":{},"f:l":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"u\"}":{}}},"f:spec":{"f:rules":{}}}`, want: true},
		"fields of an item, with its key":                            {owned: `{"f:metadata":{"f:labels":{"f:l":{}},"f:ownerReferences":{"k:{\"uid\":\"u\"}":{".":{},"f:uid":{},"f:name":{},"f:controller":{}}}},"f:spec":{"f:rules":{}}}`, want: true},
		"paths of an unknown form":                                   {owned: `{"f:metadata":{"v:x":{}}}`},
		"paths into a list by place":                                 {owned: `{"f:spec":{"f:rules":{"i:0":{}}}}`},
		"paths into a text":                                          {owned: `{"f:kind":{"f:x":{}}}`},
		"a path that is no object":                                   {owned: `{"f:spec":1}`},
		"keys that are none":                                         {owned: `{"f:metadata":{"f:ownerReferences":{"k:{":{}}}}`},
		"managed fields that are none":                               {owned: `[]`},
		"what another manager applied":                               {manager: "kubectl"},
		"what our manager wrote otherwise":                           {operation: metav1.ManagedFieldsOperationUpdate},
		"what our manager applied to the status":                     {subresource: "status"},
	} {
		t.Run(sentence, func(t *testing.T) {
			o := parsed(t, orElse(tc.stored, stored))
			o.SetManagedFields([]metav1.ManagedFieldsEntry{{
				Manager: orElse(tc.manager, v1alpha1.FieldOwner), Operation: metav1.ManagedFieldsOperationType(orElse(string(tc.operation), "Apply")),
				Subresource: tc.subresource, FieldsV1: metav1.NewFieldsV1(orElse(tc.owned, owned)),
			}})
			got := object{Object: o, content: o.Object}.is(parsed(t, orElse(tc.wanted, wanted)))
			if got != tc.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func orElse(text, byDefault string) string {
	if text == "" {
		return byDefault
	}
	return text
}

// FuzzExtract: managed fields come from outside, and nothing in them ends the operator.
func FuzzExtract(f *testing.F) {
	f.Add(stored, owned)
	f.Add(`{"a":[[{"b":1}]]}`, `{"f:a":{"k:{\"b\":1}":{"f:b":{}}}}`)
	f.Fuzz(func(t *testing.T, value, fields string) {
		var v, paths map[string]any
		if utiljson.Unmarshal([]byte(value), &v) != nil || utiljson.Unmarshal([]byte(fields), &paths) != nil {
			t.Skip()
		}
		extract(v, paths)
	})
}
