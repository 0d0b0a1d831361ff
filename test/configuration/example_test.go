// SPDX-License-Identifier: Apache-2.0

package configuration

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/rules"
)

// These are the examples of both places for configuration.
var (
	examples     = filepath.Join("..", "..", "config", "samples", "configuration")
	operatorFile = filepath.Join(examples, "operator.yaml")
	policyFile   = filepath.Join(examples, "platformpolicy.yaml")

	ourOwn = regexp.MustCompile(`^(github\.com/polyorg/polyorg|k8s\.io/component-base/tracing)/`)
)

func TestTheExamplesHaveEveryField(t *testing.T) {
	for file, kind := range map[string]reflect.Type{
		operatorFile: reflect.TypeFor[config.OperatorConfig](),
		policyFile:   reflect.TypeFor[v1alpha1.PlatformPolicySpec](),
	} {
		var values map[string]any
		if err := yaml.UnmarshalStrict(text(t, file), &values); err != nil {
			t.Fatal(err)
		}
		if kind == reflect.TypeFor[v1alpha1.PlatformPolicySpec]() {
			values, _ = values["spec"].(map[string]any)
		}
		for _, missing := range lacking(kind, values, "") {
			t.Errorf("%s lacks %s", file, missing)
		}
	}
}

// lacking names the fields of a type of ours that a value does not have.
func lacking(kind reflect.Type, value any, path string) []string {
	for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice}, kind.Kind()) {
		if list, ok := value.([]any); ok && len(list) > 0 {
			value = list[0]
		}
		kind = kind.Elem()
	}
	if kind.Kind() != reflect.Struct || !ourOwn.MatchString(kind.PkgPath()+"/") {
		return nil
	}
	fields, _ := value.(map[string]any)
	var missing []string
	for i := range kind.NumField() {
		field := kind.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch at := path + "." + name; {
		case name == "":
			missing = append(missing, lacking(field.Type, value, path)...)
		case fields[name] == nil:
			missing = append(missing, at)
		default:
			missing = append(missing, lacking(field.Type, fields[name], at)...)
		}
	}
	return missing
}

func TestWhatTheExamplesLackIsFound(t *testing.T) {
	got := lacking(reflect.TypeFor[config.OperatorConfig](), map[string]any{"webhook": map[string]any{"certDir": "/certs"}, "tracing": map[string]any{}}, "")
	for _, want := range []string{".webhook.bindAddress", ".metrics", ".sampleData", ".tracing.endpoint"} {
		if !slices.Contains(got, want) {
			t.Errorf("%s is not missed: %v", want, got)
		}
	}
	rows := lacking(reflect.TypeFor[v1alpha1.PlatformPolicySpec](), map[string]any{"integrations": []any{map[string]any{"application": "Fax"}}}, "")
	if !slices.Contains(rows, ".integrations.unit") {
		t.Errorf("what a row lacks is not missed: %v", rows)
	}
}

func TestTheExamplesSayWhatEachFieldIs(t *testing.T) {
	everyObjects := []string{"apiVersion", "kind", "metadata", "name", "spec"}
	for _, file := range []string{operatorFile, policyFile} {
		kubernetes := 1000 // below that, Kubernetes' own documentation applies
		for line := range strings.Lines(string(text(t, file))) {
			field := strings.TrimSpace(line)
			indent := strings.Index(line, field)
			name, _, isField := strings.Cut(field, ":")
			switch {
			case indent > kubernetes, field == "", strings.HasPrefix(field, "#"), !isField, slices.Contains(everyObjects, name):
				continue
			case !strings.Contains(field, " # "):
				t.Errorf("%s: no comment: %s", file, field)
			}
			kubernetes = 1000
			if name == "jobTemplate" {
				kubernetes = indent
			}
		}
	}
}

// If a field has a default, the example's value is that default. So a copy of the file changes nothing.
func TestTheExamplesAreTheDefaults(t *testing.T) {
	policy := rules.PolicyOf(examplePolicy(t).Spec)
	policy.FinishedDays = rules.Forever // this field has no default
	if policy != rules.DefaultPolicy {
		t.Errorf("the policy's numbers are not the rulebook's: %+v", policy)
	}
	got, err := config.Load(operatorFile)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	if got.LeaderElection != want.LeaderElection || got.Webhook.Listener != want.Webhook.Listener || got.Access != want.Access ||
		got.Metrics != want.Metrics || got.Health != want.Health || got.InvitationPage.Listener != want.InvitationPage.Listener || got.Ingress.Backend != want.Ingress.Backend ||
		got.Mail.TLS != want.Mail.TLS || got.Mail.Authentication != want.Mail.Authentication || got.Mail.Timeout != want.Mail.Timeout {
		t.Errorf("got %+v, by default %+v", got, want)
	}
}

func examplePolicy(tb testing.TB) *v1alpha1.PlatformPolicy {
	tb.Helper()
	policy := &v1alpha1.PlatformPolicy{}
	if err := yaml.UnmarshalStrict(text(tb, policyFile), policy); err != nil {
		tb.Fatal(err)
	}
	return policy
}

func text(tb testing.TB, file string) []byte {
	tb.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}
