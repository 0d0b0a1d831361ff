// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

func entryOf(uid, actor string, stated ...rules.Fact) *facts.Entry {
	return facts.NewEntry(facts.Entry{
		Operation: facts.Create, Kind: "Organization", Name: "zylker", UID: types.UID("uid-" + uid), Actor: actor, Facts: stated,
	})
}

func TestARecordIsReadAsItIsWritten(t *testing.T) {
	host := rules.Claim{Kind: rules.ClaimHost, Name: "shop.crm.example.com", Holder: "uid-a"}
	for sentence, record := range map[string]*Record{
		"a journal that is closed": {Format: Format, Fences: map[string]string{}},
		"an empty one":             {Format: Format, UID: "own", Fences: map[string]string{}},
		"one with entries and fences": {
			Format: Format, UID: "own", Fences: map[string]string{"Organization": "17", "Membership": "4"},
			Entries:   []*facts.Entry{entryOf("a", "", host), entryOf("b", "somebody")},
			Fruitless: []Fruitless{{Actor: "bob", Times: 1, Stamp: "17", Names: []string{"0a", "1b"}}, {Actor: "+tool", Stamp: "18"}},
		},
	} {
		got, err := Parse(&corev1.ConfigMap{Data: record.data()})
		if err != nil {
			t.Errorf("%s: %v", sentence, err)
			continue
		}
		if diff := cmp.Diff(record, got); diff != "" {
			t.Errorf("%s (-written +read):\n%s", sentence, diff)
		}
	}
}

func TestWhatSomebodyElseWroteIsAnError(t *testing.T) {
	for sentence, data := range map[string]map[string]string{
		"nothing at all":         nil,
		"a format that is none":  {keyFormat: "one"},
		"a fence without its RV": {keyFormat: "1", keyFences: "Organization\n"},
		"a fence that is none":   {keyFormat: "1", keyFences: "Organization soon\n"},
		"a line that is none":    {keyFormat: "1", keyEntries: "hello\n"},
	} {
		if r, err := Parse(&corev1.ConfigMap{Data: data}); err == nil {
			t.Errorf("%s was read as %+v", sentence, r)
		}
	}
}

// An older version must not mistake lines that it cannot read for damage: it would remove them.
func TestALaterFormatIsLeftAlone(t *testing.T) {
	s := newState(&corev1.ConfigMap{Data: map[string]string{keyFormat: "3", keyUID: "own", keyFences: "[{}]", keyEntries: "{}"}}, facts.ParseEntry)
	if s.format != 3 || s.echo != "own" {
		t.Errorf("read as format %d of %q", s.format, s.echo)
	}
}

// FuzzParse: any text in the ConfigMap is read or refused, and does no harm.
func FuzzParse(f *testing.F) {
	f.Add("1", "own", "Organization 17\n", entryOf("a", "").Text+"\n", "")
	f.Add("2", "own", "", "", "bob 1 17 0a,1b\n+tool 5 18 *\nalice 0 19 \nnonsense\n")
	f.Add("2", "own", "", "", "bob 0 17 ,\n") // a hand wrote a comma too many
	f.Fuzz(func(t *testing.T, format, uid, fences, entries, fruitless string) {
		r, err := Parse(&corev1.ConfigMap{Data: map[string]string{
			keyFormat: format, keyUID: uid, keyFences: fences, keyEntries: entries, keyFruitless: fruitless,
		}})
		if err != nil {
			return
		}
		again, err := Parse(&corev1.ConfigMap{Data: r.data()})
		if diff := cmp.Diff(r, again); err != nil || diff != "" {
			t.Errorf("%v (-once +twice):\n%s", err, diff)
		}
	})
}
