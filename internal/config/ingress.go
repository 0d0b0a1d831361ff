// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"

	"k8s.io/apimachinery/pkg/api/resource"
)

// Ingress says how access URLs are served (A1, A5).
type Ingress struct {
	// baseDomain follows the name in https://<name>.<baseDomain>. It is a lower-case domain of at most 193 characters, so that the longest
	// name still fits.
	BaseDomain string `json:"baseDomain,omitempty"`
	// mode says by which objects hosts are routed.
	Mode RouteMode `json:"mode,omitempty"`
	// className of the Ingress. Absent: the cluster's default class.
	ClassName string `json:"className,omitempty"`
	// controller serves the hosts. The operator knows how each of them limits networks and bodies, and sets X-Polyorg-Organization.
	Controller RouteController `json:"controller,omitempty"`
	// backend serves an organization that names none of its own.
	Backend Backend `json:"backend,omitempty"`
	// fallback is the operator's own server for hosts that lead to no CRM. It redirects former hosts, answers for suspended organizations, and
	// leads from the base domain to the portal (A6, A7). Absent: they have no route. In the mode Gateway, redirects need no such server.
	Fallback *Fallback `json:"fallback,omitempty"`
	// portal is where people sign in and choose an organization. Absent: its host, and the base domain itself, have no route.
	Portal *Portal `json:"portal,omitempty"`
	// requireAddress says that the controller writes its address into the status of each Ingress that it serves. Then access URLs are ready
	// only when it has. Not for the mode Gateway, where the Gateway answers by conditions.
	RequireAddress bool `json:"requireAddress,omitempty"`
	// tls says who ends TLS.
	TLS IngressTLS `json:"tls,omitempty"`
	// port is the one that browsers use, 1 to 65535. Absent: the usual one of https or http.
	Port int32 `json:"port,omitempty"`
	// maxBodySize is the greatest request to a CRM, such as 20Mi. Absent: the controller's own limit.
	MaxBodySize resource.Quantity `json:"maxBodySize,omitzero"`
	// labels of each Ingress or HTTPRoute. A value is a text/template of Go, and may contain {{.Organization}}.
	Labels map[string]string `json:"labels,omitempty"`
	// annotations of each Ingress or HTTPRoute. A value is a text/template of Go, and may contain {{.Organization}}, {{.Host}} for its first
	// host, and {{.Hosts}} for all of them, with commas between.
	Annotations map[string]string `json:"annotations,omitempty"`
	// gateway is for the mode Gateway, and required there.
	Gateway *Gateway `json:"gateway,omitempty"`
}

// RouteMode says by which objects hosts are routed.
type RouteMode string

const (
	// RouteByIngress writes an Ingress of networking.k8s.io/v1 into each namespace with a back end.
	RouteByIngress RouteMode = "Ingress"
	// RouteByGateway writes HTTPRoutes of gateway.networking.k8s.io/v1. Their definitions must be in the cluster, from release 1.6 or later.
	RouteByGateway RouteMode = "Gateway"
)

// RouteController is what serves the hosts.
type RouteController string

const (
	// ControllerNone is for any controller: the operator writes nothing that only one of them understands.
	ControllerNone RouteController = "None"
	// ControllerTraefik is for Traefik 3 with the provider kubernetesCRD. The operator writes Middlewares of traefik.io/v1alpha1. It works in both
	// modes.
	ControllerTraefik RouteController = "Traefik"
	// ControllerHAProxyIngress is for haproxy-ingress.github.io, version 0.12 or later. It cannot set X-Polyorg-Organization where organizations
	// share a back end.
	ControllerHAProxyIngress RouteController = "HAProxyIngress"
	// ControllerHAProxyTech is for haproxy.org, the controller of HAProxy Technologies. It cannot limit bodies.
	ControllerHAProxyTech RouteController = "HAProxyTech"
	// ControllerNginx is for ingress-nginx. It does not set X-Polyorg-Organization.
	ControllerNginx RouteController = "Nginx"
)

// Backend is a Service that answers for organizations.
type Backend struct {
	// namespace of the Service. Absent: the organization's own, so that each organization has its Service.
	Namespace string `json:"namespace,omitempty"`
	// serviceName is the name of the Service.
	ServiceName string `json:"serviceName,omitempty"`
	// port of the Service, 1 to 65535.
	Port int32 `json:"port,omitempty"`
}

// Portal is where people sign in and choose an organization.
type Portal struct {
	// name is the first label of its host <name>.<baseDomain>. No organization gets it.
	Name string `json:"name,omitempty"`
	// backend is its Service.
	Backend PortalBackend `json:"backend,omitempty"`
}

// PortalBackend is the Service of the portal.
type PortalBackend struct {
	// namespace of the Service. Absent: that of leaderElection.
	Namespace string `json:"namespace,omitempty"`
	// serviceName is the name of the Service.
	ServiceName string `json:"serviceName,omitempty"`
	// port of the Service, 1 to 65535.
	Port int32 `json:"port,omitempty"`
}

// IngressTLS says who ends TLS.
type IngressTLS struct {
	// mode says where certificates come from.
	Mode TLSMode `json:"mode,omitempty"`
	// secretName is the wildcard certificate's Secret in the mode Wildcard. It must be in each namespace with an Ingress. Absent: the
	// controller's default certificate.
	SecretName string `json:"secretName,omitempty"`
}

// TLSMode says where certificates come from.
type TLSMode string

const (
	// TLSExternal leaves TLS to what stands before the controller, or to the listeners of a Gateway. Access URLs begin with https.
	TLSExternal TLSMode = "External"
	// TLSNone serves without TLS. Access URLs begin with http.
	TLSNone TLSMode = "None"
	// TLSWildcard uses one certificate for the hosts of the base domain. A host elsewhere has its own Secret, as with PerHost.
	TLSWildcard TLSMode = "Wildcard"
	// TLSPerHost names a Secret tls-<host> for each host, in the namespace of its Ingress. cert-manager can make it.
	TLSPerHost TLSMode = "PerHost"
)

// Gateway is what HTTPRoutes belong to.
type Gateway struct {
	// parentRefs are the Gateways that serve the hosts, 1 to 32. Each must admit routes from the organizations' namespaces.
	ParentRefs []ParentRef `json:"parentRefs,omitempty"`
}

// ParentRef names a Gateway, or one of its listeners.
type ParentRef struct {
	// namespace of the Gateway. Required.
	Namespace string `json:"namespace,omitempty"`
	// name of the Gateway. Required.
	Name string `json:"name,omitempty"`
	// sectionName is the name of a listener. Absent: all of them.
	SectionName string `json:"sectionName,omitempty"`
	// port is that of a listener, 1 to 65535. Absent: any.
	Port int32 `json:"port,omitempty"`
}

func (i *Ingress) setDefaults() {
	i.Mode = cmp.Or(i.Mode, RouteByIngress)
	i.Controller = cmp.Or(i.Controller, ControllerNone)
	i.TLS.Mode = cmp.Or(i.TLS.Mode, TLSExternal)
	i.Backend.ServiceName = cmp.Or(i.Backend.ServiceName, "crm")
	i.Backend.Port = cmp.Or(i.Backend.Port, 80)
	i.Fallback.setDefaults()
	if i.Portal != nil {
		i.Portal.Name = cmp.Or(i.Portal.Name, "login")
		i.Portal.Backend.ServiceName = cmp.Or(i.Portal.Backend.ServiceName, "portal")
		i.Portal.Backend.Port = cmp.Or(i.Portal.Backend.Port, 80)
	}
}

// PortalName is the first label of the host where people sign in; empty where there is no portal.
func (i *Ingress) PortalName() string {
	if i.Portal == nil {
		return ""
	}
	return i.Portal.Name
}

// PortalHost is the host where people sign in; empty where there is no portal.
func (i *Ingress) PortalHost() string {
	if i.Portal == nil {
		return ""
	}
	return i.Portal.Name + "." + i.BaseDomain
}
