// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestEntriesAreReadAsTheyAreWritten(t *testing.T) {
	m := at(membership("m", bob), "20")
	suspended := with(m, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })
	for sentence, entry := range map[string]*Entry{
		"a creation":                creating(m),
		"an update":                 updating(m, suspended),
		"a deletion":                deleting(m),
		"one of a person":           by(creating(m), "0123456789abcdef"),
		"one that was sent again":   creating(m).At("17"),
		"one without a namespace":   creating(organization("zylker")),
		"one that states odd texts": creating(with(binding("b"), func(b *v1alpha1.IntegrationBinding) { b.Spec.Account = "{team}\t\n<a&b> é" })),
	} {
		got, err := ParseEntry(entry.Text)
		if err != nil {
			t.Errorf("%s: %v", sentence, err)
			continue
		}
		if diff := cmp.Diff(entry, got); diff != "" {
			t.Errorf("%s (-written +read):\n%s", sentence, diff)
		}
	}
}

func TestAnEntryThatWouldDamageTheJournalIsNone(t *testing.T) {
	for sentence, damage := range map[string]func(e *Entry, with string){
		"a name":             func(e *Entry, with string) { e.Name += with },
		"a namespace":        func(e *Entry, with string) { e.Namespace += with },
		"a UID":              func(e *Entry, with string) { e.UID += types.UID(with) },
		"a resource version": func(e *Entry, with string) { e.ResourceVersion += with },
		"no UID":             func(e *Entry, _ string) { e.UID = "" },
		"a kind":             func(e *Entry, with string) { e.Kind += with },
	} {
		for _, with := range []string{"\t", "\n", "\r", "\x00", "\u0085"} {
			e := *creating(membership("m", bob))
			if err := e.Check(); err != nil {
				t.Fatal(err)
			}
			damage(&e, with)
			if err := e.Check(); !errors.Is(err, ErrMalformed) {
				t.Errorf("%s with %q: got %v", sentence, with, err)
			}
		}
	}
}

func TestWhatIsNoEntryIsAnError(t *testing.T) {
	for _, text := range []string{"", "create", "\t\t\t\t\t\t\t", "7\ta\tcreate\tMembership\tn\tm\t\t", creating(membership("m", bob)).Text + "\n"} {
		if e, err := ParseEntry(text); err == nil {
			t.Errorf("%q was read as %+v", text, e)
		}
	}
}

// FuzzParseEntry: no text does harm, and an entry is read as it was written.
func FuzzParseEntry(f *testing.F) {
	f.Add(creating(membership("m", bob)).Text)
	f.Add(deleting(at(membership("m", bob), "7")).Text)
	f.Fuzz(func(t *testing.T, text string) {
		if e, err := ParseEntry(text); err == nil && (e.Text != text || e.UID == "") {
			t.Errorf("%q was read as %+v", text, e)
		}
	})
}
