// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"

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

func ownedBy(o metav1.Object, owner metav1.OwnerReference) bool {
	return slices.ContainsFunc(o.GetOwnerReferences(), func(other metav1.OwnerReference) bool { return other.UID == owner.UID })
}
