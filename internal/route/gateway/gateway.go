// SPDX-License-Identifier: Apache-2.0

// Package gateway prints a plan as objects of gateway.networking.k8s.io, for server-side apply. It writes all values that the API server would
// fill in otherwise. So what is applied is what is stored, and a comparison of both finds no difference.
package gateway

import (
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	gatewayapi "sigs.k8s.io/gateway-api/apis/v1"
	gatewayacv1 "sigs.k8s.io/gateway-api/applyconfiguration/apis/v1"
	grantacv1beta1 "sigs.k8s.io/gateway-api/applyconfiguration/apis/v1beta1"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/route/metadata"
	"github.com/polyorg/polyorg/internal/route/preset"
)

// The parts of a plan. Each is one HTTPRoute, or several where it has many hosts. All are in the namespace of the plan.
const (
	access   = "access"
	redirect = "redirect"
	blocked  = "blocked"
)

// maxHosts is the number of hosts that an HTTPRoute can have.
const maxHosts = 16

// Objects are all that a plan needs. An object that the plan needed before, and that is not here, is to be removed after these are applied.
type Objects struct {
	Routes []*gatewayacv1.HTTPRouteApplyConfiguration
	// Grants and Middlewares are to be applied before the Routes that need them.
	Grants      []*grantacv1beta1.ReferenceGrantApplyConfiguration
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

// Print prints a plan. Blocked hosts have no route where the operator has no server for them. Redirects need none.
func (r *Printer) Print(p route.Plan) (Objects, error) {
	labels, err := r.metadata.Labels(p)
	if err != nil {
		return Objects{}, err
	}
	j := job{Printer: r, plan: p, labels: labels}
	for _, part := range []struct {
		name  string
		hosts []route.Host
	}{{access, answered(p, route.Serves)}, {redirect, p.Only(route.Redirects)}, {blocked, answered(p, route.Blocked)}} {
		if err := j.add(part.name, part.hosts); err != nil {
			return Objects{}, err
		}
	}
	return j.objects, nil
}

// answered are the hosts with an answer that a Service gives.
func answered(p route.Plan, answer route.Answer) []route.Host {
	var hosts []route.Host
	for _, h := range p.Only(answer) {
		if h.Service != nil {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

// job is the printing of one plan.
type job struct {
	*Printer
	plan    route.Plan
	labels  map[string]string
	objects Objects
}

// add prints a part. All of its hosts have one answer, and one Service or target.
func (j *job) add(part string, hosts []route.Host) error {
	if len(hosts) == 0 {
		return nil
	}
	rule := j.rule(part, hosts[0])
	for n := 0; n*maxHosts < len(hosts); n++ {
		some := hosts[n*maxHosts : min(len(hosts), (n+1)*maxHosts)]
		name := j.plan.Name(part, j.plan.Namespace)
		if n > 0 {
			name += "-" + strconv.Itoa(n)
		}
		annotations, err := j.metadata.Annotations(j.plan, some)
		if err != nil {
			return err
		}
		j.objects.Routes = append(j.objects.Routes, j.route(name, some, rule).WithLabels(j.labels).WithAnnotations(annotations))
	}
	return nil
}

func (j *job) route(name string, hosts []route.Host, rule *gatewayacv1.HTTPRouteRuleApplyConfiguration) *gatewayacv1.HTTPRouteApplyConfiguration {
	spec := gatewayacv1.HTTPRouteSpec().WithParentRefs(parents(j.config.Gateway)...).WithRules(rule)
	for _, h := range hosts {
		spec.WithHostnames(gatewayapi.Hostname(h.Name))
	}
	object := gatewayacv1.HTTPRoute(name, j.plan.Namespace).WithSpec(spec)
	if owner := metadata.Owner(j.plan); owner != nil {
		object.WithOwnerReferences(owner)
	}
	return object
}

// rule is what the hosts of a part do with every path.
func (j *job) rule(part string, h route.Host) *gatewayacv1.HTTPRouteRuleApplyConfiguration {
	path := gatewayacv1.HTTPPathMatch().WithType(gatewayapi.PathMatchPathPrefix).WithValue("/")
	rule := gatewayacv1.HTTPRouteRule().WithMatches(gatewayacv1.HTTPRouteMatch().WithPath(path))
	if part == redirect {
		return rule.WithFilters(unstored(), redirection(j.plan, h.To))
	}
	if part == access {
		rule.WithFilters(j.accessFilters()...)
	}
	return rule.WithBackendRefs(j.backend(part, h.Service))
}

// accessFilters set the header, after Traefik's Middlewares where they refuse a request.
func (j *job) accessFilters() []*gatewayacv1.HTTPRouteFilterApplyConfiguration {
	var filters []*gatewayacv1.HTTPRouteFilterApplyConfiguration
	for _, m := range j.middlewares() {
		ref := gatewayacv1.LocalObjectReference().WithGroup(gatewayapi.Group(preset.MiddlewareKind.Group)).
			WithKind(gatewayapi.Kind(preset.MiddlewareKind.Kind)).WithName(gatewayapi.ObjectName(m.GetName()))
		filters = append(filters, gatewayacv1.HTTPRouteFilter().WithType(gatewayapi.HTTPRouteFilterExtensionRef).WithExtensionRef(ref))
	}
	modifier := gatewayacv1.HTTPHeaderFilter()
	if j.plan.Organization == "" {
		modifier.WithRemove(preset.Header)
	} else {
		modifier.WithSet(gatewayacv1.HTTPHeader().WithName(preset.Header).WithValue(j.plan.Organization))
	}
	return append(filters, gatewayacv1.HTTPRouteFilter().WithType(gatewayapi.HTTPRouteFilterRequestHeaderModifier).WithRequestHeaderModifier(modifier))
}

// middlewares are Traefik's, but for the header: HTTPRoute has a filter of its own for that. They are in the namespace of the route, because a
// route can refer to no other.
func (j *job) middlewares() []*unstructured.Unstructured {
	if j.config.Controller != config.ControllerTraefik {
		return nil
	}
	middlewares := preset.Refusing(j.plan, j.plan.Namespace)
	for _, m := range middlewares {
		metadata.Dress(m, j.plan, j.labels)
	}
	j.objects.Middlewares = append(j.objects.Middlewares, middlewares...)
	return middlewares
}

// backend refers to a Service, with a grant where it is in another namespace.
func (j *job) backend(part string, s *route.Service) *gatewayacv1.HTTPBackendRefApplyConfiguration {
	if s.Namespace != j.plan.Namespace {
		j.objects.Grants = append(j.objects.Grants, j.grant(part, s))
	}
	return gatewayacv1.HTTPBackendRef().WithGroup("").WithKind("Service").WithNamespace(gatewayapi.Namespace(s.Namespace)).
		WithName(gatewayapi.ObjectName(s.Name)).WithPort(s.Port).WithWeight(1)
}

// grant lets the routes of this plan's namespace refer to one Service. Its version is the one that every release of the Gateway API serves.
func (j *job) grant(part string, s *route.Service) *grantacv1beta1.ReferenceGrantApplyConfiguration {
	from := gatewayacv1.ReferenceGrantFrom().WithGroup(gatewayapi.GroupName).WithKind("HTTPRoute").WithNamespace(gatewayapi.Namespace(j.plan.Namespace))
	to := gatewayacv1.ReferenceGrantTo().WithGroup("").WithKind("Service").WithName(gatewayapi.ObjectName(s.Name))
	object := grantacv1beta1.ReferenceGrant(j.plan.Name(part, s.Namespace), s.Namespace).WithLabels(j.labels).
		WithSpec(gatewayacv1.ReferenceGrantSpec().WithFrom(from).WithTo(to))
	if owner := metadata.Owner(j.plan); owner != nil {
		object.WithOwnerReferences(owner)
	}
	return object
}

// unstored keeps browsers from storing a redirect, as the operator's own server does. It stands before the redirection, whose answer it
// changes.
func unstored() *gatewayacv1.HTTPRouteFilterApplyConfiguration {
	header := gatewayacv1.HTTPHeader().WithName("Cache-Control").WithValue("no-store")
	return gatewayacv1.HTTPRouteFilter().WithType(gatewayapi.HTTPRouteFilterResponseHeaderModifier).
		WithResponseHeaderModifier(gatewayacv1.HTTPHeaderFilter().WithSet(header))
}

// redirection keeps path and query. It names scheme and port: otherwise the port would be the listener's, which browsers may not reach.
func redirection(p route.Plan, to string) *gatewayacv1.HTTPRouteFilterApplyConfiguration {
	scheme := "http"
	if p.HTTPS {
		scheme = "https"
	}
	filter := gatewayacv1.HTTPRequestRedirectFilter().WithScheme(scheme).WithHostname(gatewayapi.PreciseHostname(to)).WithStatusCode(p.RedirectCode())
	if p.Port != 0 {
		filter.WithPort(p.Port)
	}
	return gatewayacv1.HTTPRouteFilter().WithType(gatewayapi.HTTPRouteFilterRequestRedirect).WithRequestRedirect(filter)
}

func parents(g *config.Gateway) []*gatewayacv1.ParentReferenceApplyConfiguration {
	if g == nil {
		return nil
	}
	refs := make([]*gatewayacv1.ParentReferenceApplyConfiguration, 0, len(g.ParentRefs))
	for _, p := range g.ParentRefs {
		ref := gatewayacv1.ParentReference().WithGroup(gatewayapi.GroupName).WithKind("Gateway").
			WithNamespace(gatewayapi.Namespace(p.Namespace)).WithName(gatewayapi.ObjectName(p.Name))
		if p.SectionName != "" {
			ref.WithSectionName(gatewayapi.SectionName(p.SectionName))
		}
		if p.Port != 0 {
			ref.WithPort(p.Port)
		}
		refs = append(refs, ref)
	}
	return refs
}
