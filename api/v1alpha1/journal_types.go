// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// JournalOperation is what was admitted.
//
// +kubebuilder:validation:Enum=Create;Update;Delete
type JournalOperation string

// The operations that are journalled.
const (
	JournalCreate JournalOperation = "Create"
	JournalUpdate JournalOperation = "Update"
	JournalDelete JournalOperation = "Delete"
)

// MaxJournalEntries is the number of entries that a Journal can hold.
const MaxJournalEntries = 512

// JournalSpec is what has been admitted and is not yet seen by every replica.
type JournalSpec struct {
	// format is the oldest format whose writers understand this journal; a replica of an older one does not write.
	// +required
	// +kubebuilder:validation:Minimum=1
	Format int32 `json:"format,omitempty"`

	// uid is the journal's echo of its own metadata.uid. Absent or another: the journal was made anew, restored or
	// copied, and is closed for the drop time.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	UID types.UID `json:"uid,omitempty"`

	// fences are, for each kind, how far a replica's view must have come before it judges.
	// +optional
	// +listType=map
	// +listMapKey=kind
	// +kubebuilder:validation:MaxItems=32
	Fences []JournalFence `json:"fences,omitempty"`

	// entries are the admitted changes, oldest first.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=512
	Entries []JournalEntry `json:"entries,omitempty"`
}

// JournalFence is the resource version at which the last ended entry of a kind was seen.
type JournalFence struct {
	// kind is the kind that the fence is for.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind,omitempty"`

	// resourceVersion is what a view of the kind must have reached.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	ResourceVersion string `json:"resourceVersion,omitempty"`
}

// JournalEntry is one admitted change of one object.
type JournalEntry struct {
	// kind is that of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind,omitempty"`

	// namespace is that of the object. Absent: the kind has none.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`

	// name is that of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`

	// uid is that of the object.
	// +required
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	UID types.UID `json:"uid,omitempty"`

	// operation is Create, Update or Delete.
	// +required
	Operation JournalOperation `json:"operation,omitempty"`

	// resourceVersion is the version that was judged. Absent for Create.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	ResourceVersion string `json:"resourceVersion,omitempty"`

	// facts are what the object takes or gives up. They are opaque: a version that does not know one keeps it.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=16384
	Facts []string `json:"facts,omitempty"`

	// actor is who asked, for the bound on open entries: a hash for people.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Actor string `json:"actor,omitempty"`
}

// Journal lists the changes admitted a moment ago whose outcome is not yet known to every replica. There is one, named
// journal; the operator alone writes it.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster,categories=polyorg
// +kubebuilder:printcolumn:name="Format",type=integer,JSONPath=".spec.format"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
// +kubebuilder:validation:XValidation:rule="self.metadata.name == 'journal'",fieldPath=".metadata",message="there is one Journal, and its metadata.name is journal"
type Journal struct {
	metav1.TypeMeta `json:",inline"`

	// metadata is the standard object metadata; its name is journal.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitzero"`

	// spec is what has been admitted.
	// +required
	Spec JournalSpec `json:"spec,omitzero"`
}

// JournalList is a list of journals.
//
// +kubebuilder:object:root=true
type JournalList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`
	Items           []Journal `json:"items"`
}
