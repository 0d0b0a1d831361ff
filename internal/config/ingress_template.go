// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// LabelValues are what templates of labels know. Nothing else of an organization is a valid label for sure.
type LabelValues struct{ Organization string }

// AnnotationValues are what templates of annotations know.
type AnnotationValues struct{ Organization, Host, Hosts string }

// Template reads the template of a label or an annotation.
func Template(text string) (*template.Template, error) {
	return template.New("").Parse(text)
}

// Fill is a template with its values.
func Fill(t *template.Template, values any) (string, error) {
	var b strings.Builder
	err := t.Execute(&b, values)
	return b.String(), err
}

// shortest and longest are the bounds of an organization's name (A4). A label that is valid for both is valid for each.
var shortest, longest = strings.Repeat("a", 3), strings.Repeat("a", 59)

func try(text string, values any) (string, error) {
	t, err := Template(text)
	if err != nil {
		return "", err
	}
	return Fill(t, values)
}

// exampleLabels are the labels of an example. The value of a template that fails is empty: validateTemplates reports it.
func (i *Ingress) exampleLabels() map[string]string {
	filled := map[string]string{}
	for key, text := range i.Labels {
		filled[key], _ = try(text, LabelValues{longest})
	}
	return filled
}

// validateTemplates tries each template on examples.
func (i *Ingress) validateTemplates(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, name := range []string{shortest, longest} {
		host := name + "." + i.BaseDomain
		errs = append(errs, tryAll(i.Labels, LabelValues{name}, path.Child("labels"))...)
		errs = append(errs, tryAll(i.Annotations, AnnotationValues{name, host, host}, path.Child("annotations"))...)
		if len(errs) > 0 {
			break
		}
	}
	return errs
}

func tryAll(texts map[string]string, values any, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		if _, err := try(texts[key], values); err != nil {
			errs = append(errs, field.Invalid(path.Key(key), texts[key], fmt.Sprintf("must be a template: %v", err)))
		}
	}
	return errs
}
