// SPDX-License-Identifier: Apache-2.0

package rules

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// maxName is the longest name that people give an object: as long as a label's value, or a host's, can be. Each change of the object
// repeats it in the journal.
const maxName = 63

// An extentLimit is one measure of the metadata beside a spec, and how much of it people may write (R4). An object that is too large to be
// stored is refused only after admission, and holds its places until the drop.
type extentLimit struct {
	field string
	limit int
	of    func(metav1.Object) int
	text  string
}

var extents = []extentLimit{
	{"metadata", 64, countMarks, "an object has too many labels and annotations that people may set; remove some"},
	{"metadata", 16 << 10, sizeOfMarks, "an object's labels and annotations have too many bytes together; shorten or remove some"},
	{"metadata.annotations", 48 << 10, sizeOfNotes, "the annotations that kubectl writes have too many bytes; use kubectl apply --server-side, which writes none"},
	{"metadata.managedFields", 128 << 10, sizeOfManagers, "metadata.managedFields has too many bytes; use fewer field managers"},
}

// Extent judges how much people write beside a spec. It refuses only more of it; it leaves the old part alone. It does not look at the
// world, so a request that breaks it costs others nothing.
func Extent(act Act, before, after metav1.Object) (vs Violations) {
	if act.Actor.Platform || after == nil {
		return nil
	}
	if before == nil {
		before = &metav1.ObjectMeta{}
	}
	if name := after.GetName(); before.GetName() == "" && len(name) > maxName {
		vs = append(vs, invalid("R4", "metadata.name", "a name that people choose has %d characters at most; choose a shorter one", maxName)...)
	}
	for _, e := range extents {
		if used := e.of(after); used > e.limit && used > e.of(before) {
			more := exceeded("R4", int32(used), int32(e.limit), "%s", e.text)
			more[0].Field = e.field
			vs = append(vs, more...)
		}
	}
	return vs
}

// isNote reports whether a tool writes an annotation beside what people set, so that it must not take their room.
func isNote(key string) bool {
	return isKubectls(key) || key == v1alpha1.LastRequestAnnotation || key == v1alpha1.DomainClaimAnnotation
}

func countMarks(o metav1.Object) int {
	n := len(o.GetLabels())
	for key := range o.GetAnnotations() {
		if !isNote(key) {
			n++
		}
	}
	return n
}

func sizeOfMarks(o metav1.Object) int {
	return sizeOf(o.GetLabels(), func(string) bool { return true }) + sizeOf(o.GetAnnotations(), func(key string) bool { return !isNote(key) })
}

func sizeOfNotes(o metav1.Object) int { return sizeOf(o.GetAnnotations(), isNote) }

func sizeOf(marks map[string]string, counts func(key string) bool) (bytes int) {
	for key, value := range marks {
		if counts(key) {
			bytes += len(key) + len(value)
		}
	}
	return bytes
}

func sizeOfManagers(o metav1.Object) (bytes int) {
	for _, m := range o.GetManagedFields() {
		bytes += len(m.Manager) + len(m.Operation) + len(m.APIVersion) + len(m.Subresource)
		if m.FieldsV1 != nil {
			bytes += len(m.FieldsV1.GetRawBytes())
		}
	}
	return bytes
}
