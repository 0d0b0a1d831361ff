// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// fields are those of the CRDs that hold an e-mail address.
var fields = map[string]string{
	"organizations":       "superAdmin",
	"memberships":         "user",
	"invitations":         "email",
	"invitationresponses": "invitee",
	"integrationbindings": "configuredBy",
	"users":               "email",
}

// lookAlikes are the seeds of the fuzzing: addresses that could be mistaken for another person's.
var lookAlikes = []string{
	"john@zylker.com", "John@zylker.com", "john@ZYLKER.com", " john@zylker.com", "john@zylker.com.", "john+crm@zylker.com",
	"john..smith@zylker.com", `"john"@zylker.com`, `"john smith"@zylker.com`, "j\u043ehn@zylker.com", "m\u0131ke@zylker.com",
	"mi\u212ae@zylker.com", "\uff4aohn@zylker.com", "john@zylker\u3002com", "jo\u200bhn@zylker.com", "john@203.0.113.7",
	"john@zylker.4com", "a@b.c", "john@xn--zylkr-dva.com", "john@[203.0.113.7]", "john@zylker.com\x00", "john@zylker.com@evil.com",
	strings.Repeat("l", 64) + "@zylker.com", strings.Repeat("l", 65) + "@zylker.com",
	"j@" + strings.Repeat("d.", 124) + "com", "j@" + strings.Repeat("d.", 125) + "com", "\xff@zylker.com", "",
}

// FuzzEmail checks that this package and every CRD accept the same addresses, and that none of these can be mistaken for another. An
// accepted address is its own normal form, in every way in which a mail system folds addresses.
func FuzzEmail(f *testing.F) {
	crds := schemas(f)
	for _, address := range lookAlikes {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if !utf8.ValidString(address) {
			if IsEmail(address) {
				t.Fatalf("%q is no text, and taken", address)
			}
			return // no JSON can hold it
		}
		taken := IsEmail(address)
		for name, s := range crds {
			if got := s.takes(t, address); got != taken {
				t.Errorf("%s takes %q: %v; the operator: %v", name, address, got, taken)
			}
		}
		if normal := norm.NFKC.String(cases.Fold().String(strings.TrimSpace(address))); taken && normal != address {
			t.Errorf("%q is taken, and is written %q too", address, normal)
		}
	})
}

// crd is the schema of one field in a CRD.
type crd struct {
	field *schema.Structural
	rules *cel.Validator
}

// takes reports whether the API server would take an address. Lengths are in characters, as it counts them.
func (c crd) takes(t *testing.T, address string) bool {
	t.Helper()
	v, n := c.field.ValueValidation, int64(utf8.RuneCountInString(address))
	if n < *v.MinLength || n > *v.MaxLength {
		return false
	}
	errs, _ := c.rules.Validate(t.Context(), nil, c.field, address, address, celconfig.RuntimeCELCostBudget)
	return len(errs) == 0
}

func schemas(tb testing.TB) map[string]crd {
	tb.Helper()
	all := map[string]crd{}
	for _, plural := range slices.Sorted(maps.Keys(fields)) {
		all[plural] = schemaOf(tb, plural, fields[plural])
	}
	return all
}

func schemaOf(tb testing.TB, plural, field string) crd {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "config", "crd", "bases", "polyorg.io_"+plural+".yaml"))
	if err != nil {
		tb.Fatal(err)
	}
	var read apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(data, &read); err != nil {
		tb.Fatal(err)
	}
	spec := read.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"]
	shipped := spec.Properties[field]
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&shipped, &internal, nil); err != nil {
		tb.Fatal(err)
	}
	structural, err := schema.NewStructural(&internal)
	if err != nil {
		tb.Fatal(err)
	}
	return crd{structural, cel.NewValidator(structural, false, celconfig.PerCallLimit)}
}
