// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
)

const (
	// Name is the name of the ConfigMap, in the operator's namespace, that is the journal. A built-in kind travels as protobuf and passes
	// no schema. So a write costs a seventh of that of a custom object with the same entries (docs/adr/0002).
	Name = "polyorg-journal"
	// Finalizer keeps the journal from being deleted by mistake.
	Finalizer = v1alpha1.GroupName + "/journal"
	// Format is the journal format that this version writes. A journal that names a later one is not written to.
	Format = 2
)

// The keys of the ConfigMap. All are lines of text, so that kubectl shows what is going on.
const (
	keyFormat  = "format"
	keyUID     = "uid"
	keyFences  = "fences"
	keyEntries = "entries"
	// keyFruitless is only there while there is an actor whose changes came to nothing.
	keyFruitless = "fruitless"
)

// Record is the journal as it is stored.
type Record struct {
	// Format is the oldest format whose writers understand this journal.
	Format int
	// UID is the journal's echo of its own metadata.uid. Absent or another: the journal was made anew, restored or copied.
	UID types.UID
	// Fences are, for each kind, the resource version that a view must have reached before it is judged on.
	Fences map[string]string
	// Entries are the admitted changes, oldest first.
	Entries []*facts.Entry
	// Fruitless are the actors whose recent changes were admitted and never stored, the latest last.
	Fruitless []Fruitless
	// Open: this version understands all of it, and it is the journal that was written under this name. Only Read says so.
	Open bool
}

// Read reads the journal; one that is not there holds nothing.
func Read(ctx context.Context, c client.Reader, namespace string) (*Record, error) {
	stored := &corev1.ConfigMap{}
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: Name}, stored); err != nil {
		if apierrors.IsNotFound(err) {
			return &Record{}, nil
		}
		return nil, err
	}
	r, err := Parse(stored)
	if err == nil {
		r.Open = r.Format <= Format && r.UID != "" && r.UID == stored.UID
	}
	return r, err
}

// Parse reads a ConfigMap. An error means that another program wrote it: nothing in it can be relied on.
func Parse(stored *corev1.ConfigMap) (*Record, error) { return parse(stored, facts.ParseEntry) }

func parse(stored *corev1.ConfigMap, entry func(string) (*facts.Entry, error)) (*Record, error) {
	format, err := strconv.Atoi(stored.Data[keyFormat])
	if err != nil {
		return nil, fmt.Errorf("the journal's format: %w", err)
	}
	r := &Record{Format: format, UID: types.UID(stored.Data[keyUID]), Fences: map[string]string{}}
	if format > Format {
		return r, nil // only later versions can read the rest
	}
	for line := range lines(stored.Data[keyFences]) {
		kind, version, ok := strings.Cut(line, " ")
		if !ok || !facts.IsVersion(version) {
			return nil, fmt.Errorf("the journal's fences: %q", line)
		}
		r.Fences[kind] = version
	}
	for line := range lines(stored.Data[keyEntries]) {
		e, err := entry(line)
		if err != nil {
			return nil, fmt.Errorf("the journal's entries: %w", err)
		}
		r.Entries = append(r.Entries, e)
	}
	r.Fruitless = parseFruitless(stored.Data[keyFruitless])
	return r, nil
}

// lines yields the lines of a text that ends each with a newline.
func lines(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
			if line != "" && !yield(line) {
				return
			}
		}
	}
}

// data is the record as a ConfigMap holds it.
func (r *Record) data() map[string]string {
	var fences, entries strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(r.Fences)) {
		fences.WriteString(kind + " " + r.Fences[kind] + "\n")
	}
	for _, e := range r.Entries {
		entries.WriteString(e.Text)
		entries.WriteByte('\n')
	}
	data := map[string]string{
		keyFormat: strconv.Itoa(r.Format), keyUID: string(r.UID), keyFences: fences.String(), keyEntries: entries.String(),
	}
	if len(r.Fruitless) > 0 {
		data[keyFruitless] = fruitless(r.Fruitless).text()
	}
	return data
}
