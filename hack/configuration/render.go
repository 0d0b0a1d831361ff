// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	tracing "k8s.io/component-base/tracing/api/v1"

	"github.com/polyorg/polyorg/hack/markdown"
	"github.com/polyorg/polyorg/internal/config"
)

const head = `# Configuration file

<!-- Written by "make docs" from internal/config. Do not edit. -->

This is %s
A field is named by its path in the file. *Required* in an optional section means: where that section is there. The file begins with:

` + "```yaml\napiVersion: %s\nkind: %s\n```\n"

// elsewhere are the types of Kubernetes' own, which are described there.
var elsewhere = map[reflect.Type]string{
	reflect.TypeFor[metav1.Duration]():              "duration",
	reflect.TypeFor[resource.Quantity]():            "[quantity](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/)",
	reflect.TypeFor[batchv1.JobTemplateSpec]():      "[JobTemplateSpec](https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.37/#jobtemplatespec-v1-batch)",
	reflect.TypeFor[tracing.TracingConfiguration](): "[TracingConfiguration](https://kubernetes.io/docs/reference/config-api/apiserver-config.v1/#apiserver-k8s-io-v1-TracingConfiguration)",
}

func render(said *comments) string {
	p := page{said: said, lacking: config.Lacking()}
	fmt.Fprintf(&p, head, strings.TrimPrefix(said.pkg, "Package config is "), config.APIVersion, config.Kind)
	all := reflect.ValueOf(*config.Default())
	for field := range all.Type().Fields() {
		if name := nameOf(field); name != "" {
			p.section(name, said.of(all.Type(), field), all.FieldByIndex(field.Index))
		}
	}
	return p.String()
}

// page is the text so far, and what it is made from.
type page struct {
	strings.Builder
	said    *comments
	lacking []string
}

func (p *page) section(name, comment string, v reflect.Value) {
	fmt.Fprintf(p, "\n## %s\n\n%s\n\n", name, comment)
	v = reflect.Indirect(v)
	if link, ok := elsewhere[v.Type()]; ok {
		fmt.Fprintf(p, "It is a %s.\n", link)
		return
	}
	markdown.Table(&p.Builder, []string{"Field", "Type", "Default", "Meaning"}, func(row func(...string)) { p.fields(v, name, row) })
}

// fields calls row for each field of a section, and for those of the sections in it.
func (p *page) fields(section reflect.Value, path string, row func(...string)) {
	for field := range section.Type().Fields() {
		v, path := section.FieldByIndex(field.Index), path+"."+nameOf(field)
		if field.Anonymous {
			p.fields(v, strings.TrimSuffix(path, "."), row)
			continue
		}
		row("`"+path+"`", kindOf(v.Type()), p.byDefault(v, path), p.meaning(section.Type(), field))
		if inside := reflect.Indirect(v); isSection(inside.Type()) {
			p.fields(inside, path, row)
		}
		if v.Kind() == reflect.Slice && isSection(v.Type().Elem()) {
			p.fields(reflect.Zero(v.Type().Elem()), path+"[]", row)
		}
	}
}

// byDefault is what a field has that the file leaves out. A section that the code can do without has none.
func (p *page) byDefault(v reflect.Value, path string) string {
	required := func(missing string) bool { return missing == path || strings.HasPrefix(missing, path+".") }
	switch {
	case v.Kind() == reflect.Pointer:
		return "none"
	case isSection(v.Type()):
		return ""
	case slices.ContainsFunc(p.lacking, required):
		return "*required*"
	case v.IsZero():
		return "none"
	}
	if d, ok := v.Interface().(metav1.Duration); ok {
		return "`" + d.Duration.String() + "`"
	}
	return fmt.Sprintf("`%v`", v)
}

// meaning is the comment of a field, and those of the values that it can have.
func (p *page) meaning(section reflect.Type, field reflect.StructField) string {
	meaning := p.said.of(section, field)
	for _, value := range p.said.values[field.Type.Name()] {
		meaning += fmt.Sprintf(" `%s`: %s.", value.name, strings.TrimSuffix(value.comment, "."))
	}
	return meaning
}

func kindOf(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name, ok := elsewhere[t]
	switch {
	case ok:
		return name
	case isSection(t):
		return "section"
	case t.Kind() == reflect.Map:
		return "map of " + kindOf(t.Elem()) + "s"
	case t.Kind() == reflect.Slice:
		return "list of " + kindOf(t.Elem()) + "s"
	case t.Kind() == reflect.Int32:
		return "integer"
	}
	return t.Kind().String()
}

func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.PkgPath() == reflect.TypeFor[config.OperatorConfig]().PkgPath()
}

// nameOf is the name of a field in the file; empty for one that is no field there.
func nameOf(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}
