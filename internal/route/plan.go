// SPDX-License-Identifier: Apache-2.0

// Package route says what is to be served for an organization, as a plan: values in, values out (A5–A8). The packages ingress and gateway
// print a plan as objects of the cluster.
package route

import (
	"net/http"
	"strconv"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/config"
)

// Answer is what a host does with a request.
type Answer string

const (
	// Serves leads to a back end: the organization's CRM, or the portal.
	Serves Answer = "Serves"
	// Redirects answers with the same path and query at another host of the same organization (A6). RedirectCode is its status.
	Redirects Answer = "Redirects"
	// Blocked answers 403 with a page of the operator's own server (A7).
	Blocked Answer = "Blocked"
)

// Plan is all that is to be served for one organization, or for the platform itself.
type Plan struct {
	// Organization is its name, and UID its UID. Both are empty in the plan of the platform.
	Organization string
	UID          types.UID
	// Namespace is the organization's own, or the operator's.
	Namespace string
	// Present is the host to which former hosts redirect. Empty: none is served.
	Present string
	// HTTPS says that browsers use TLS, and Port the port that they use; 0 is the usual one.
	HTTPS bool
	Port  int32
	// Allow are the networks that may reach the back end, of IPv4 and IPv6. Empty: all of them.
	Allow []string
	// MaxBody is the greatest request to the back end, in bytes. 0: no limit of ours.
	MaxBody int64
	// Hosts are in a fixed order, each of them once. New ones come last, so that few objects change.
	Hosts []Host
	// Elsewhere are reserved hosts that somebody redirects to a host that is none of the organization's. They are not served.
	Elsewhere []string
}

// Host is one host of a plan.
type Host struct {
	Name   string
	Answer Answer
	// Service answers: the back end, or the operator's own server. Nil: there is no such server.
	Service *Service
	// To is the host to which this one redirects.
	To string
	// TLS is the certificate that an Ingress names.
	TLS TLS
}

// Service is a port of a Service.
type Service struct {
	Namespace, Name string
	Port            int32
}

// TLS is the certificate of a host in an Ingress.
type TLS struct {
	// Named says that the Ingress has an entry for the host.
	Named bool
	// Secret holds the certificate. Empty: the controller's default.
	Secret string
}

// Host finds a host of the plan by its name.
func (p Plan) Host(name string) (Host, bool) {
	for _, h := range p.Hosts {
		if h.Name == name {
			return h, true
		}
	}
	return Host{}, false
}

// URL is where people enter the organization; empty if nothing is served.
func (p Plan) URL() string {
	if p.Present == "" {
		return ""
	}
	return URL(p.HTTPS, p.Present, p.Port)
}

// URL writes the address of a host as browsers do.
func URL(https bool, host string, port int32) string {
	scheme, usual := "http", int32(80)
	if https {
		scheme, usual = "https", 443
	}
	if port != 0 && port != usual {
		host += ":" + strconv.Itoa(int(port))
	}
	return scheme + "://" + host
}

// RedirectCode is the status of redirects. That of a former host is meant for good, as search engines understand it. The base domain may serve
// something else one day. Both keep the method and the body, and no browser may store either of them.
func (p Plan) RedirectCode() int {
	if p.Organization == "" {
		return http.StatusTemporaryRedirect
	}
	return http.StatusPermanentRedirect
}

// Only are the hosts of a plan with one answer.
func (p Plan) Only(answer Answer) []Host {
	var hosts []Host
	for _, h := range p.Hosts {
		if h.Answer == answer {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

// Name is that of an object of the plan in a namespace. In a namespace that organizations share, it has the organization's name last. So no
// two organizations have objects of one name.
func (p Plan) Name(part, namespace string) string {
	switch {
	case p.Organization == "":
		return "polyorg-platform-" + part
	case namespace == p.Namespace:
		return "polyorg-" + part
	}
	return "polyorg-" + part + "-" + p.Organization
}

// https reports whether browsers use TLS.
func https(i *config.Ingress) bool { return i.TLS.Mode != config.TLSNone }
