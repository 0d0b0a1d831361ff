// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// rule is a static rule: one change to the full object of a kind keeps it, and another breaks it.
type rule struct {
	kind string
	// stored is set for a rule about updates. It changes the full object to the one before the update.
	stored change
	// keeps and breaks are made to the full object, or to the stored one.
	keeps, breaks change
	// field and message are in the refusal.
	field, message string
}

// creation is a rule that one value of a field keeps at creation, and another breaks.
func creation(kind, field string, keeps, breaks any, message string) rule {
	return rule{kind: kind, field: field, keeps: change{field: keeps}, breaks: change{field: breaks}, message: message}
}

// updating is a rule about a stored object: one change keeps it, and another breaks it.
func updating(kind string, stored, keeps, breaks change, field, message string) rule {
	return rule{kind: kind, stored: stored, keeps: keeps, breaks: breaks, field: field, message: message}
}

// named is a rule about the name of an object.
func named(kind, keeps, breaks, message string) rule {
	return creation(kind, "metadata.name", keeps, breaks, message).at("metadata")
}

// at moves the refusal to another field than the changed one.
func (r rule) at(field string) rule {
	r.field = field
	return r
}

// allRules joins the tables of this package, and the rules about creation with those about updates.
func allRules() map[string]rule {
	all := map[string]rule{}
	for _, table := range []map[string]rule{
		emailRules(), organizationRules, membershipRules, invitationRules, invitationResponseRules, organizationRequestRules,
		integrationBindingRules, hostReservationRules, userRules, platformPolicyRules,
	} {
		maps.Copy(all, table)
	}
	return all
}

func TestRules(t *testing.T) {
	for sentence, r := range allRules() {
		t.Run(sentence, func(t *testing.T) {
			if r.stored != nil {
				testUpdate(t, r)
				return
			}
			object := full(t, r.kind)
			if err := create(t.Context(), with(t, object, r.keeps)); err != nil {
				t.Errorf("want %v taken, got %v", r.keeps, err)
			}
			mustRefuse(t, create(t.Context(), with(t, object, r.breaks)), r.field, r.message)
		})
	}
}

func testUpdate(t *testing.T, r rule) {
	t.Helper()
	stored := store(t, with(t, full(t, r.kind), r.stored))
	if err := update(t, stored, r.keeps); err != nil {
		t.Errorf("want %v taken, got %v", r.keeps, err)
	}
	mustRefuse(t, update(t, stored, r.breaks), r.field, r.message)
}

// TestEveryRuleIsTested finds rules of the kinds that no table of this package breaks.
func TestEveryRuleIsTested(t *testing.T) {
	rules := allRules()
	for _, crd := range crds {
		kind := crd.Spec.Names.Kind
		visit(crd.Spec.Versions[0].Schema.OpenAPIV3Schema, "", func(path string, schema *apiextensionsv1.JSONSchemaProps) {
			for _, v := range schema.XValidations {
				if field := strings.TrimPrefix(path+v.FieldPath, "."); !broken(rules, kind, field, v.Message) {
					t.Errorf("no test breaks this rule of %s at %s: %s", kind, field, v.Message)
				}
			}
		})
	}
}

func broken(rules map[string]rule, kind, field, message string) bool {
	for _, r := range rules {
		if r.kind == kind && index.ReplaceAllString(r.field, "[*]") == field && wrong(r.message) == wrong(message) {
			return true
		}
	}
	return false
}

// wrong is the part of a refusal that says what is wrong. A message expression says by the value what to do next.
func wrong(message string) string {
	problem, _, _ := strings.Cut(message, "; ")
	return problem
}

// TestEveryRuleSaysWhatToDo checks the form of all refusals: what is wrong, what to do next, and the rule.
func TestEveryRuleSaysWhatToDo(t *testing.T) {
	for _, crd := range crds {
		visit(crd.Spec.Versions[0].Schema.OpenAPIV3Schema, "", func(path string, schema *apiextensionsv1.JSONSchemaProps) {
			for _, v := range schema.XValidations {
				if !form.MatchString(v.Message) {
					t.Errorf("%s%s: not of the form of a refusal: %s", crd.Spec.Names.Kind, path, v.Message)
				}
			}
		})
	}
}

// form is that of a refusal: what is wrong; what to do next [rule].
var form = regexp.MustCompile(`^[^;]+; .+ \[[A-Z]\d{1,2}\]$`)

var index = regexp.MustCompile(`\[\d+\]`)

// visit calls a function for a schema and all schemas in it, with their paths: .spec.list[*].field.
func visit(schema *apiextensionsv1.JSONSchemaProps, path string, each func(string, *apiextensionsv1.JSONSchemaProps)) {
	each(path, schema)
	for name, property := range schema.Properties {
		visit(&property, path+"."+name, each)
	}
	if schema.Items != nil {
		visit(schema.Items.Schema, path+"[*]", each)
	}
}
