// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Metadata judges what can be written beside a spec: finalizers and owner references keep an object, and whatever it holds, for
// as long as their author likes, or tie its life to another object's. Taking them away is for garbage collection too (O7).
func Metadata(act Act, before, after metav1.Object) Violations {
	if act.Actor.Platform {
		return nil
	}
	for _, finalizer := range after.GetFinalizers() {
		if before == nil || !slices.Contains(before.GetFinalizers(), finalizer) {
			return platformOnly(act, "O7", "add a finalizer; leave out metadata.finalizers")
		}
	}
	for _, owner := range after.GetOwnerReferences() {
		if before == nil || !ownedBy(before, owner) {
			return platformOnly(act, "O7", "add an owner; leave out metadata.ownerReferences")
		}
	}
	return nil
}

// untouched reports whether a change leaves alone what people say of an object: its spec, its labels and its annotations, by which
// people ask for things too (I9). What else may change is bookkeeping, of which Metadata has the part that matters.
func untouched(before, after metav1.Object, wasSpec, isSpec any) bool {
	return equality.Semantic.DeepEqual(wasSpec, isSpec) &&
		maps.Equal(before.GetLabels(), after.GetLabels()) && maps.Equal(before.GetAnnotations(), after.GetAnnotations())
}

func ownedBy(o metav1.Object, owner metav1.OwnerReference) bool {
	return slices.ContainsFunc(o.GetOwnerReferences(), func(other metav1.OwnerReference) bool { return other.UID == owner.UID })
}
