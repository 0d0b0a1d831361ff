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

// kubectlPrefix is the prefix of the annotations in which kubectl keeps its own data.
const kubectlPrefix = "kubectl.kubernetes.io"

// Metadata judges what can be written beside a spec. A finalizer keeps an object, with all that it holds, as long as its author likes. An
// owner reference ties its life to another object's. So people neither add nor remove nor rewrite them (O7, R4). The API server itself adds
// some for a deletion, and its garbage collector takes them away again: they are part of that deletion.
//
// Labels and annotations whose key has a prefix tell tools what to do. Among these tools is the pipeline by which the platform keeps
// its customers, so such keys are the platform's (R4). A key without a prefix is its user's own, by Kubernetes' convention.
func Metadata(act Act, before, after metav1.Object) Violations {
	if act.Actor.Platform {
		return nil
	}
	if before == nil {
		before = &metav1.ObjectMeta{}
	}
	return slices.Concat(finalizers(act, before, after), owners(act, before, after), marks(act, before, after), Extent(act, before, after))
}

// finalizers judges who adds and removes finalizers.
func finalizers(act Act, before, after metav1.Object) Violations {
	if len(without(after.GetFinalizers(), before.GetFinalizers())) > 0 {
		return platformOnly(act, "O7", "add a finalizer", "leave out metadata.finalizers")
	}
	for _, gone := range without(before.GetFinalizers(), after.GetFinalizers()) {
		if !act.Actor.Collector || !slices.Contains(deletions, gone) {
			return platformOnly(act, "R4", "remove the finalizer "+gone, "leave metadata.finalizers as it is")
		}
	}
	return nil
}

// deletions are the API server's finalizers for a deletion with a propagation policy. They hold the object until the garbage collector has
// handled its dependents.
var deletions = []string{metav1.FinalizerDeleteDependents, metav1.FinalizerOrphanDependents}

// owners judges who ties an object's life to another's, or unties it. The garbage collector removes owners that are gone, and lets no owner
// wait for the object.
func owners(act Act, before, after metav1.Object) Violations {
	for _, owner := range after.GetOwnerReferences() {
		was, had := ownerOf(before, owner.UID)
		switch {
		case !had:
			return platformOnly(act, "O7", "add an owner", "leave out metadata.ownerReferences")
		case equality.Semantic.DeepEqual(was, owner), act.Actor.Collector && unblocks(was, owner):
		default:
			return platformOnly(act, "R4", "rewrite an owner", "leave metadata.ownerReferences as it is")
		}
	}
	for _, owner := range before.GetOwnerReferences() {
		if _, has := ownerOf(after, owner.UID); !has && !act.Actor.Collector {
			return platformOnly(act, "R4", "remove an owner", "leave metadata.ownerReferences as it is")
		}
	}
	return nil
}

// unblocks reports whether the only change is that the owner need not wait any more.
func unblocks(was, is metav1.OwnerReference) bool {
	was.BlockOwnerDeletion = is.BlockOwnerDeletion
	return !ptr.Deref(is.BlockOwnerDeletion, false) && equality.Semantic.DeepEqual(was, is)
}

// without are the names that are not among the others.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}

func marks(act Act, before, after metav1.Object) Violations {
	if key := changedKey(before.GetLabels(), after.GetLabels(), isPlain); key != "" {
		return platformOnly(act, "R4", "set or remove the label "+key, "leave it as it is")
	}
	free := func(key string) bool { return act.Actor.mayNote(key, after.GetAnnotations()[key]) }
	if key := changedKey(before.GetAnnotations(), after.GetAnnotations(), free); key != "" {
		return platformOnly(act, "R4", "set or remove the annotation "+key, "leave it as it is")
	}
	return nil
}

// mayNote reports whether a person may give an annotation a value. The last request tells that a change is made already. So only the
// operator notes it, for that very request. Invitation judges who changes the inviter, which our own webhook writes.
func (a Actor) mayNote(key, value string) bool {
	switch key {
	case v1alpha1.ResendRequestedAtAnnotation, v1alpha1.InvitedByAnnotation, v1alpha1.VerifyDomainRequestedAtAnnotation:
		return true
	case v1alpha1.LastRequestAnnotation:
		return a.Request != "" && value == a.Request
	}
	return isPlain(key) || isKubectls(key)
}

func isPlain(key string) bool { return prefixOf(key) == "" }

func isKubectls(key string) bool { return prefixOf(key) == kubectlPrefix }

// marked reports whether a change labels or annotates an object. Kubectl's own annotations do not count, nor does the operator's note of the
// request that it carries out.
func marked(actor Actor, before, after metav1.Object) bool {
	free := func(key string) bool {
		return isKubectls(key) || key == v1alpha1.LastRequestAnnotation && actor.mayNote(key, after.GetAnnotations()[key])
	}
	return !maps.Equal(before.GetLabels(), after.GetLabels()) ||
		changedKey(before.GetAnnotations(), after.GetAnnotations(), free) != ""
}

// changedKey is the first key, by its name, that is added, changed or removed; empty if there is none. Free keys do not count.
func changedKey(before, after map[string]string, free func(key string) bool) string {
	keys := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	slices.Sort(keys)
	for _, key := range keys {
		was, had := before[key]
		is, has := after[key]
		if (was != is || had != has) && !free(key) {
			return key
		}
	}
	return ""
}

// prefixOf is the part before the slash in the key of a label or an annotation; empty where there is none.
func prefixOf(key string) string {
	prefix, _, found := strings.Cut(key, "/")
	if !found {
		return ""
	}
	return prefix
}

// untouched reports whether a change leaves alone the parts of an object that people write: its spec, its labels and its annotations.
// People ask for things by annotations too (I9). The rest is bookkeeping; Metadata judges the part of it that matters.
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
