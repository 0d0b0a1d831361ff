// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

const (
	root    = "../../"
	samples = root + "config/samples/refused/"
)

func TestRulebook(t *testing.T) {
	known := map[string]bool{}
	for _, r := range rules.Rulebook() {
		if !ruleID.MatchString(r.ID) || known[r.ID] || r.Title == "" || strings.HasSuffix(r.Title, ".") {
			t.Errorf("not a rule of its own: %+v", r)
		}
		known[r.ID] = true
		for sentence := range strings.SplitAfterSeq(r.Sentence, ". ") {
			if words := len(strings.Fields(sentence)); words > 25 || words < 3 || !strings.HasSuffix(strings.TrimSpace(sentence), ".") {
				t.Errorf("%s: not a sentence for people: %q", r.ID, sentence)
			}
		}
		if r.Later != (r.Test == "") || r.Example != "" && r.Refused != "" || r.Later && r.Example+r.Refused != "" {
			t.Errorf("%s: a rule has one example, or an answer, and a test; one that comes later has none of them", r.ID)
		}
		for _, field := range r.Fields {
			if !isField(reflect.TypeFor[v1alpha1.PlatformPolicy](), strings.Split(field, ".")) {
				t.Errorf("%s: the PlatformPolicy has no field %s", r.ID, field)
			}
		}
	}
	if got, ok := rules.RuleOf("L1"); !ok || got.Fields[0] != "spec.limits.organizationsPerUser" {
		t.Errorf("L1 is %+v", got)
	}
	if _, ok := rules.RuleOf("L10"); ok {
		t.Error("there is an L10")
	}
}

// isField reports whether a type has a field of that path, by the names in JSON.
func isField(of reflect.Type, path []string) bool {
	if of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if len(path) == 0 {
		return true
	}
	for i := range of.NumField() {
		if name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ","); name == path[0] {
			return isField(of.Field(i).Type, path[1:])
		}
	}
	return false
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestEveryRuleHasItsTest(t *testing.T) {
	for _, r := range rules.Rulebook() {
		if r.Later {
			continue
		}
		file, sentence, _ := strings.Cut(r.Test, ": ")
		if text := read(t, root+file); !strings.HasSuffix(file, "_test.go") || !strings.Contains(text, `"`+sentence+`"`) {
			t.Errorf("%s: %s has no case %q", r.ID, file, sentence)
		}
	}
}

var header = regexp.MustCompile(`(?m)^# rule: (\S+)$`)

// TestEveryExampleIsOfItsRule: test/samples has each of them refused, by its rule.
func TestEveryExampleIsOfItsRule(t *testing.T) {
	for _, r := range rules.Rulebook() {
		if r.Example == "" {
			continue
		}
		if found := header.FindStringSubmatch(read(t, samples+r.Example)); len(found) < 2 || found[1] != r.ID {
			t.Errorf("%s: %s is of the rule %v", r.ID, r.Example, found)
		}
	}
}

// TestEveryAnswerCanBeGiven compares the answers of the rulebook with the words that the code and the schema have.
func TestEveryAnswerCanBeGiven(t *testing.T) {
	words := append(wordsOfCode(t), wordsOfSchema(t)...)
	for _, r := range rules.Rulebook() {
		if r.Refused == "" {
			continue
		}
		said, ends := strings.CutSuffix(r.Refused, " ["+r.ID+"]")
		if !ends || !slices.ContainsFunc(words, func(w *regexp.Regexp) bool { return w.MatchString(said) }) {
			t.Errorf("%s: nothing says %q", r.ID, r.Refused)
		}
	}
}

// A page shows what kubectl prints, or what kubectl polyorg does.
var quotation = regexp.MustCompile(`(?s)(?:denied the request|\nerror): ([^` + "`" + `]*?) \[[A-Z]\d{1,2}\]`)

// TestEveryAnswerOnAPageCanBeGiven finds pages that show a refusal in words that nothing says any more. test/pages sees it too, in minutes.
func TestEveryAnswerOnAPageCanBeGiven(t *testing.T) {
	words := append(wordsOfCode(t), wordsOfSchema(t)...)
	shown := 0
	for _, glob := range []string{"docs/*.md", "docs/*/*.md"} {
		pages, err := filepath.Glob(root + glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			for _, found := range quotation.FindAllStringSubmatch(read(t, page), -1) {
				said := strings.Join(strings.Fields(found[1]), " ")
				shown++
				if !slices.ContainsFunc(words, func(w *regexp.Regexp) bool { return w.MatchString(said) }) {
					t.Errorf("%s: nothing says %q", page, said)
				}
			}
		}
	}
	if shown < 10 {
		t.Errorf("found only %d refusals on pages", shown)
	}
}

var citation = regexp.MustCompile(`\[([A-Z]\d{1,2})\]`)

// TestEveryCitedRuleIsInTheRulebook looks at all that can refuse: the code, the schema, the policies and the samples.
func TestEveryCitedRuleIsInTheRulebook(t *testing.T) {
	places := map[string]int{}
	for _, glob := range []string{"config/crd/bases/*.yaml", "config/policy/*.yaml", "config/samples/refused/*.yaml"} {
		files, err := filepath.Glob(root + glob)
		if err != nil || len(files) == 0 {
			t.Fatal(glob, err)
		}
		for _, file := range files {
			text := read(t, file)
			for _, found := range append(citation.FindAllStringSubmatch(text, -1), header.FindAllStringSubmatch(text, -1)...) {
				inRulebook(t, file, found[1])
				places[glob]++
			}
		}
	}
	for _, literal := range literalsOfCode(t) {
		for _, found := range citation.FindAllStringSubmatch(literal, -1) {
			inRulebook(t, "the code", found[1])
		}
		if ruleID.MatchString(literal) {
			inRulebook(t, "the code", literal)
			places["code"]++
		}
	}
	if len(places) < 4 {
		t.Errorf("some places cite no rule: %v", places)
	}
}

func inRulebook(t *testing.T, place, id string) {
	t.Helper()
	if r, ok := rules.RuleOf(id); !ok || r.Later {
		t.Errorf("%s cites %s, which the rulebook has not, or only later", place, id)
	}
}
