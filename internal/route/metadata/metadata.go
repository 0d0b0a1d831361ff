// SPDX-License-Identifier: Apache-2.0

// Package metadata makes the labels, annotations and owner of the objects that a plan is printed as.
package metadata

import (
	"fmt"
	"strings"
	"text/template"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	metaacv1 "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/utils/ptr"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
)

// Maker has the templates of the configuration, parsed.
type Maker struct {
	labels, annotations map[string]*template.Template
}

// New parses the templates.
func New(i *config.Ingress) (*Maker, error) {
	labels, err := parse("label", i.Labels)
	if err != nil {
		return nil, err
	}
	annotations, err := parse("annotation", i.Annotations)
	return &Maker{labels, annotations}, err
}

func parse(what string, texts map[string]string) (map[string]*template.Template, error) {
	parsed := make(map[string]*template.Template, len(texts))
	for key, text := range texts {
		t, err := config.Template(text)
		if err != nil {
			return nil, fmt.Errorf("the template of the %s %s cannot be read; correct it in the configuration: %w", what, key, err)
		}
		parsed[key] = t
	}
	return parsed, nil
}

// Labels are the platform's, and the one that says whose object this is.
func (m *Maker) Labels(p route.Plan) (map[string]string, error) {
	labels, err := fill("label", m.labels, config.LabelValues{Organization: p.Organization})
	if err != nil {
		return nil, err
	}
	if p.Organization == "" {
		labels[v1alpha1.ManagedByLabel] = v1alpha1.FieldOwner
	} else {
		labels[v1alpha1.OrganizationLabel] = p.Organization
	}
	return labels, nil
}

// Annotations are the platform's, for an object with these hosts.
func (m *Maker) Annotations(p route.Plan, hosts []route.Host) (map[string]string, error) {
	values := config.AnnotationValues{Organization: p.Organization}
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = h.Name
	}
	if len(names) > 0 {
		values.Host, values.Hosts = names[0], strings.Join(names, ",")
	}
	return fill("annotation", m.annotations, values)
}

func fill(what string, templates map[string]*template.Template, values any) (map[string]string, error) {
	filled := make(map[string]string, len(templates)+1)
	for key, t := range templates {
		text, err := config.Fill(t, values)
		if err != nil {
			return nil, fmt.Errorf("the template of the %s %s fails; correct it in the configuration: %w", what, key, err)
		}
		filled[key] = text
	}
	return filled, nil
}

// Owner is the organization, which can own objects in every namespace; nil for the platform.
func Owner(p route.Plan) *metaacv1.OwnerReferenceApplyConfiguration {
	if p.Organization == "" {
		return nil
	}
	return metaacv1.OwnerReference().WithAPIVersion(v1alpha1.GroupVersion.String()).WithKind("Organization").
		WithName(p.Organization).WithUID(p.UID).WithController(true).WithBlockOwnerDeletion(true)
}

// Dress gives an object the labels and the owner that the others of its plan have.
func Dress(object *unstructured.Unstructured, p route.Plan, labels map[string]string) {
	object.SetLabels(labels)
	if p.Organization == "" {
		return
	}
	object.SetOwnerReferences([]metav1.OwnerReference{{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "Organization", Name: p.Organization, UID: p.UID,
		Controller: ptr.To(true), BlockOwnerDeletion: ptr.To(true),
	}})
}
