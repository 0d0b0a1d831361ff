// SPDX-License-Identifier: Apache-2.0

// Package ingress prints a plan as objects of networking.k8s.io/v1, for server-side apply.
package ingress

import (
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	networkingacv1 "k8s.io/client-go/applyconfigurations/networking/v1"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/route/metadata"
	"github.com/polyorg/polyorg/internal/route/preset"
)

// The parts of a plan, each of them an Ingress. An Ingress is in the namespace of its Service.
const (
	// access leads to the back end.
	access = "access"
	// fallback leads to the operator's own server, which redirects and blocks.
	fallback = "fallback"
)

// Objects are all that a plan needs. An object that the plan needed before, and that is not here, is to be removed after these are applied.
type Objects struct {
	Ingresses []*networkingacv1.IngressApplyConfiguration
	// Middlewares are to be applied before the Ingresses: Traefik serves no Ingress that names one which is not there.
	Middlewares []*unstructured.Unstructured
}

// Printer prints plans for one installation.
type Printer struct {
	config   *config.Ingress
	metadata *metadata.Maker
}

// NewPrinter reads the templates of the configuration.
func NewPrinter(i *config.Ingress) (*Printer, error) {
	m, err := metadata.New(i)
	return &Printer{i, m}, err
}

// Print prints a plan. A host without a Service to answer has no rule. The back end comes first: when an organization resumes, its hosts lead
// to the CRM before they leave the page.
func (r *Printer) Print(p route.Plan) (Objects, error) {
	var objects Objects
	redirects := slices.Concat(p.Only(route.Redirects), p.Only(route.Blocked))
	for _, part := range []struct {
		name  string
		hosts []route.Host
	}{{access, p.Only(route.Serves)}, {fallback, redirects}} {
		if err := r.add(&objects, p, part.name, answered(part.hosts)); err != nil {
			return Objects{}, err
		}
	}
	return objects, nil
}

// answered are the hosts that a Service answers. All hosts of a part have the same Service.
func answered(hosts []route.Host) []route.Host {
	return slices.DeleteFunc(slices.Clone(hosts), func(h route.Host) bool { return h.Service == nil })
}

func (r *Printer) add(to *Objects, p route.Plan, part string, hosts []route.Host) error {
	if len(hosts) == 0 {
		return nil
	}
	namespace := hosts[0].Service.Namespace
	labels, err := r.metadata.Labels(p)
	if err != nil {
		return err
	}
	annotations, err := r.metadata.Annotations(p, hosts)
	if err != nil {
		return err
	}
	if part == access {
		for _, m := range preset.Annotate(r.config.Controller, annotations, p, namespace) {
			metadata.Dress(m, p, labels)
			to.Middlewares = append(to.Middlewares, m)
		}
	}
	to.Ingresses = append(to.Ingresses, r.print(p, part, hosts).WithLabels(labels).WithAnnotations(annotations))
	return nil
}

func (r *Printer) print(p route.Plan, part string, hosts []route.Host) *networkingacv1.IngressApplyConfiguration {
	spec := networkingacv1.IngressSpec().WithTLS(certificates(hosts)...)
	if class := r.config.ClassName; class != "" {
		spec.WithIngressClassName(class)
	}
	for _, h := range hosts {
		spec.WithRules(rule(h))
	}
	namespace := hosts[0].Service.Namespace
	object := networkingacv1.Ingress(p.Name(part, namespace), namespace).WithSpec(spec)
	if owner := metadata.Owner(p); owner != nil {
		object.WithOwnerReferences(owner)
	}
	return object
}

func rule(h route.Host) *networkingacv1.IngressRuleApplyConfiguration {
	port := networkingacv1.ServiceBackendPort().WithNumber(h.Service.Port)
	service := networkingacv1.IngressServiceBackend().WithName(h.Service.Name).WithPort(port)
	path := networkingacv1.HTTPIngressPath().WithPath("/").WithPathType(networkingv1.PathTypePrefix).
		WithBackend(networkingacv1.IngressBackend().WithService(service))
	return networkingacv1.IngressRule().WithHost(h.Name).WithHTTP(networkingacv1.HTTPIngressRuleValue().WithPaths(path))
}

// certificates has one entry for each Secret, with its hosts in their order.
func certificates(hosts []route.Host) []*networkingacv1.IngressTLSApplyConfiguration {
	var entries []*networkingacv1.IngressTLSApplyConfiguration
	bySecret := map[string]*networkingacv1.IngressTLSApplyConfiguration{}
	for _, h := range hosts {
		if !h.TLS.Named {
			continue
		}
		entry, there := bySecret[h.TLS.Secret]
		if !there {
			entry = networkingacv1.IngressTLS()
			if h.TLS.Secret != "" {
				entry.WithSecretName(h.TLS.Secret)
			}
			bySecret[h.TLS.Secret] = entry
			entries = append(entries, entry)
		}
		entry.WithHosts(h.Name)
	}
	return entries
}
