// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type schema = apiextensionsv1.JSONSchemaProps

// TestEverythingIsBounded checks bounds on every field: the API server needs them for the cost of CEL, and we need them for the size of
// objects.
func TestEverythingIsBounded(t *testing.T) {
	for _, crd := range crds {
		visit(crd.Spec.Versions[0].Schema.OpenAPIV3Schema, "", func(path string, s *schema) {
			if path == ".apiVersion" || path == ".kind" {
				return
			}
			for _, problem := range unbounded(path, s) {
				t.Errorf("%s%s %s", crd.Spec.Names.Kind, path, problem)
			}
		})
	}
}

func unbounded(path string, s *schema) (problems []string) {
	if s.Type == "string" && s.MaxLength == nil && s.Enum == nil && s.Format != "date-time" {
		problems = append(problems, "is a string of any length")
	}
	if s.Type == "array" && (s.MaxItems == nil || s.XListType == nil) {
		problems = append(problems, "is a list of any length, or of no type")
	}
	if s.AdditionalProperties != nil || s.XPreserveUnknownFields != nil {
		problems = append(problems, "takes anything")
	}
	if s.Default != nil && path != ".status" {
		problems = append(problems, "writes a default into the object")
	}
	return problems
}

// TestBounds breaks each bound of each field in turn.
func TestBounds(t *testing.T) {
	for _, crd := range crds {
		t.Run(crd.Spec.Names.Kind, func(t *testing.T) {
			object := full(t, crd.Spec.Names.Kind)
			stored := store(t, object)
			for _, b := range breaches(specAndStatus(crd), object.Object, "") {
				t.Run(b.field+": "+b.message, func(t *testing.T) { b.mustFail(t, stored) })
			}
		})
	}
}

// TestFullObjectsAreFull makes sure that TestBounds leaves nothing out.
func TestFullObjectsAreFull(t *testing.T) {
	for _, crd := range crds {
		kind := crd.Spec.Names.Kind
		for _, field := range lacking(specAndStatus(crd), full(t, kind).Object, "") {
			if kind+field != "InvitationResponse.spec.token" { // a stored one has none (I11)
				t.Errorf("%s in testdata lacks %s", kind, field)
			}
		}
	}
}

func specAndStatus(crd *apiextensionsv1.CustomResourceDefinition) *schema {
	root := crd.Spec.Versions[0].Schema.OpenAPIV3Schema.DeepCopy()
	maps.DeleteFunc(root.Properties, func(name string, _ schema) bool { return name != "spec" && name != "status" })
	return root
}

func lacking(s *schema, value any, path string) (fields []string) {
	switch v := value.(type) {
	case nil:
		return []string{path}
	case map[string]any:
		for name, property := range s.Properties {
			fields = append(fields, lacking(&property, v[name], path+"."+name)...)
		}
	case []any:
		return lacking(s.Items.Schema, v[0], path)
	}
	return fields
}

// breach is a value out of bounds, and where and how it is refused.
type breach struct {
	value          any
	field, message string
}

func (b breach) mustFail(t *testing.T, stored *unstructured.Unstructured) {
	t.Helper()
	object := b.value.(map[string]any)
	var err error
	if strings.HasPrefix(b.field, ".status") {
		err = update(t, stored, change{"status": object["status"]})
	} else {
		err = create(t.Context(), &unstructured.Unstructured{Object: object})
	}
	if !apierrors.IsInvalid(err) || !slices.ContainsFunc(causes(err), b.is) {
		t.Errorf("want %q at %s, got %v", b.message, b.field, err)
	}
}

func (b breach) is(cause metav1.StatusCause) bool {
	return "."+cause.Field == b.field && strings.Contains(cause.Message, b.message)
}

// breaches returns copies of a value. Each breaks one bound of the schema, in the value or within it.
func breaches(s *schema, value any, path string) []breach {
	switch v := value.(type) {
	case map[string]any:
		return objectBreaches(s, v, path)
	case []any:
		return listBreaches(s, v, path)
	case string:
		return stringBreaches(s, path)
	case int64:
		return numberBreaches(s, path)
	}
	return nil
}

func objectBreaches(s *schema, object map[string]any, path string) (all []breach) {
	for name, property := range s.Properties {
		field := path + "." + name
		for _, b := range breaches(&property, object[name], field) {
			changed := maps.Clone(object)
			changed[name] = b.value
			all = append(all, breach{changed, b.field, b.message})
		}
		if slices.Contains(s.Required, name) {
			changed := maps.Clone(object)
			delete(changed, name)
			all = append(all, breach{changed, field, "Required value"})
		}
	}
	return all
}

func listBreaches(s *schema, list []any, path string) (all []breach) {
	for _, b := range breaches(s.Items.Schema, list[0], path+"[0]") {
		all = append(all, breach{append([]any{b.value}, list[1:]...), b.field, b.message})
	}
	tooMany := slices.Repeat(list[:1], int(*s.MaxItems)+1)
	all = append(all, breach{tooMany, path, fmt.Sprintf("must have at most %d items", *s.MaxItems)})
	if s.MinItems != nil {
		all = append(all, breach{[]any{}, path, fmt.Sprintf("should have at least %d items", *s.MinItems)})
	}
	if *s.XListType != "atomic" {
		all = append(all, breach{append(slices.Clone(list), list[0]), fmt.Sprintf("%s[%d]", path, len(list)), "Duplicate value"})
	}
	return all
}

func stringBreaches(s *schema, path string) (all []breach) {
	if s.Enum != nil {
		all = append(all, breach{"Nonesuch", path, "Unsupported value"})
	}
	if s.Format == "date-time" {
		all = append(all, breach{"tomorrow", path, "must be of type date-time"})
	}
	if s.MinLength != nil && *s.MinLength > 0 {
		all = append(all, breach{"", path, fmt.Sprintf("should be at least %d chars long", *s.MinLength)})
	}
	if s.MaxLength != nil {
		tooLong := strings.Repeat("a", int(*s.MaxLength)+1)
		all = append(all, breach{tooLong, path, fmt.Sprintf("may not be more than %d", *s.MaxLength)})
	}
	return all
}

func numberBreaches(s *schema, path string) (all []breach) {
	if s.Minimum != nil {
		all = append(all, breach{int64(*s.Minimum) - 1, path, "should be greater than or equal to"})
	}
	if s.Maximum != nil {
		all = append(all, breach{int64(*s.Maximum) + 1, path, "should be less than or equal to"})
	}
	return all
}
