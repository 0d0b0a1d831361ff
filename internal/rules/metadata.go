// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// kubectlPrefix is that of the annotations in which kubectl keeps its own notes.
const kubectlPrefix = "kubectl.kubernetes.io"

// Metadata judges what can be written beside a spec: finalizers and owner references keep an object, and whatever it holds, for
// as long as their author likes, or tie its life to another object's. Taking them away is for garbage collection too (O7).
// Labels and annotations whose key has a prefix tell tools what to do, among them the pipeline by which the platform keeps its
// customers, so they are the platform's (R4). A key without one is its user's own, by Kubernetes' convention.
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
	if before == nil {
		before = &metav1.ObjectMeta{}
	}
	return append(marks(act, before, after), Extent(act, before, after)...)
}

func marks(act Act, before, after metav1.Object) Violations {
	if key := changedKey(before.GetLabels(), after.GetLabels(), ""); key != "" {
		return platformOnly(act, "R4", "set or remove the label "+key+"; leave it as it is")
	}
	if key := changedKey(before.GetAnnotations(), after.GetAnnotations(), "", kubectlPrefix, v1alpha1.GroupName); key != "" {
		return platformOnly(act, "R4", "set or remove the annotation "+key+"; leave it as it is")
	}
	return nil
}

// marked reports whether a change labels or annotates an object, but for kubectl's own notes.
func marked(before, after metav1.Object) bool {
	return !maps.Equal(before.GetLabels(), after.GetLabels()) ||
		changedKey(before.GetAnnotations(), after.GetAnnotations(), kubectlPrefix) != ""
}

// changedKey is the first key, by its name, that is added, changed or taken away, but for those of the prefixes that are free;
// empty if there is none.
func changedKey(before, after map[string]string, free ...string) string {
	keys := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	slices.Sort(keys)
	for _, key := range keys {
		was, had := before[key]
		is, has := after[key]
		if (was != is || had != has) && !slices.Contains(free, prefixOf(key)) {
			return key
		}
	}
	return ""
}

// prefixOf is what stands before the slash in the key of a label or an annotation; empty where there is none.
func prefixOf(key string) string {
	prefix, _, found := strings.Cut(key, "/")
	if !found {
		return ""
	}
	return prefix
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
