// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// kubectlPrefix is that of the annotations in which kubectl keeps its own notes.
const kubectlPrefix = "kubectl.kubernetes.io"

// Metadata judges what can be written beside a spec. Finalizers and owner references keep an object, and whatever it holds, for as
// long as their author likes, or tie its life to another object's; so people neither add nor remove nor rewrite them (O7, R4). What the
// API server itself adds for a deletion is part of that deletion, and its garbage collector takes it away again.
// Labels and annotations whose key has a prefix tell tools what to do, among them the pipeline by which the platform keeps its
// customers, so they are the platform's (R4). A key without one is its user's own, by Kubernetes' convention.
func Metadata(act Act, before, after metav1.Object) Violations {
	if act.Actor.Platform {
		return nil
	}
	if before == nil {
		before = &metav1.ObjectMeta{}
	}
	return slices.Concat(finalizers(act, before, after), owners(act, before, after), marks(act, before, after), Extent(act, before, after))
}

// finalizers judges who adds and removes what keeps an object.
func finalizers(act Act, before, after metav1.Object) Violations {
	if len(without(after.GetFinalizers(), before.GetFinalizers())) > 0 {
		return platformOnly(act, "O7", "add a finalizer; leave out metadata.finalizers")
	}
	for _, gone := range without(before.GetFinalizers(), after.GetFinalizers()) {
		if !act.Actor.Collector || !slices.Contains(deletions, gone) {
			return platformOnly(act, "R4", "remove the finalizer "+gone+"; leave metadata.finalizers as it is")
		}
	}
	return nil
}

// deletions are the finalizers by which the API server holds an object whose deletion was asked for with a propagation policy, until
// the garbage collector has seen to its dependents.
var deletions = []string{metav1.FinalizerDeleteDependents, metav1.FinalizerOrphanDependents}

// owners judges who ties an object's life to another's, or unties it. The garbage collector takes away owners that are gone, and
// keeps no owner waiting.
func owners(act Act, before, after metav1.Object) Violations {
	for _, owner := range after.GetOwnerReferences() {
		was, had := ownerOf(before, owner.UID)
		switch {
		case !had:
			return platformOnly(act, "O7", "add an owner; leave out metadata.ownerReferences")
		case equality.Semantic.DeepEqual(was, owner), act.Actor.Collector && unblocks(was, owner):
		default:
			return platformOnly(act, "R4", "rewrite an owner; leave metadata.ownerReferences as it is")
		}
	}
	for _, owner := range before.GetOwnerReferences() {
		if _, has := ownerOf(after, owner.UID); !has && !act.Actor.Collector {
			return platformOnly(act, "R4", "remove an owner; leave metadata.ownerReferences as it is")
		}
	}
	return nil
}

// unblocks reports whether an owner is only told to wait no longer.
func unblocks(was, is metav1.OwnerReference) bool {
	was.BlockOwnerDeletion = is.BlockOwnerDeletion
	return !ptr.Deref(is.BlockOwnerDeletion, false) && equality.Semantic.DeepEqual(was, is)
}

// without are those of some names that others do not have.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
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

func ownerOf(o metav1.Object, uid types.UID) (metav1.OwnerReference, bool) {
	all := o.GetOwnerReferences()
	if i := slices.IndexFunc(all, func(owner metav1.OwnerReference) bool { return owner.UID == uid }); i >= 0 {
		return all[i], true
	}
	return metav1.OwnerReference{}, false
}
