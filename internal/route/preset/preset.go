// SPDX-License-Identifier: Apache-2.0

// Package preset knows how each controller limits networks and bodies, and how it sets a header of requests. No standard of Kubernetes says
// that. A preset also says what its controller enforces, so that a condition can tell it.
package preset

import (
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
)

// Header tells the CRM for which organization a request is. A value that a client sends must not reach it.
const Header = "X-Polyorg-Organization"

// Enforcement says what a controller does about limits.
type Enforcement struct{ Allow, MaxBody, Header bool }

// Enforced says what is enforced by the objects of this installation, for an organization with the shared back end or one of its own. In the
// mode Gateway, HTTPRoute itself sets the header.
func Enforced(i *config.Ingress, shared bool) Enforcement {
	if i.Mode == config.RouteByGateway {
		limits := i.Controller == config.ControllerTraefik
		return Enforcement{Allow: limits, MaxBody: limits, Header: true}
	}
	switch i.Controller {
	case config.ControllerTraefik:
		return Enforcement{Allow: true, MaxBody: true, Header: true}
	case config.ControllerHAProxyIngress:
		return Enforcement{Allow: true, MaxBody: true, Header: !shared}
	case config.ControllerHAProxyTech:
		return Enforcement{Allow: true, Header: true}
	case config.ControllerNginx:
		return Enforcement{Allow: true, MaxBody: true}
	}
	return Enforcement{}
}

// Annotate adds to an Ingress of the access part what it needs, and returns the objects that its annotations name. A limit takes precedence
// over an annotation of the platform's own: otherwise the platform could lift an organization's allow-list without knowing it.
func Annotate(c config.RouteController, annotations map[string]string, p route.Plan, namespace string) []*unstructured.Unstructured {
	switch c {
	case config.ControllerTraefik:
		return traefik(annotations, p, namespace)
	case config.ControllerHAProxyIngress:
		haproxyIngress(annotations, p, namespace)
	case config.ControllerHAProxyTech:
		haproxyTech(annotations, p)
	case config.ControllerNginx:
		nginx(annotations, p)
	}
	return nil
}

// haproxyIngress sets the header only for a Service of one organization. The controller keeps headers by Service, not by host. With a shared
// Service, all organizations would have the header of one of them.
func haproxyIngress(annotations map[string]string, p route.Plan, namespace string) {
	const prefix = "haproxy-ingress.github.io/"
	if len(p.Allow) > 0 {
		annotations[prefix+"allowlist-source-range"] = strings.Join(p.Allow, ",")
	}
	if p.MaxBody > 0 {
		annotations[prefix+"proxy-body-size"] = strconv.FormatInt(p.MaxBody, 10)
	}
	if p.Organization != "" && namespace == p.Namespace {
		addLine(annotations, prefix+"headers", Header+": "+p.Organization)
	}
}

func haproxyTech(annotations map[string]string, p route.Plan) {
	const prefix = "haproxy.org/"
	if len(p.Allow) > 0 {
		annotations[prefix+"allow-list"] = strings.Join(p.Allow, ",")
	}
	if p.Organization != "" {
		addLine(annotations, prefix+"request-set-header", Header+" "+p.Organization)
	}
}

// nginx uses the older name of the allow-list, which every version understands. A version that does not know the newer one would let all in.
func nginx(annotations map[string]string, p route.Plan) {
	const prefix = "nginx.ingress.kubernetes.io/"
	if len(p.Allow) > 0 {
		annotations[prefix+"whitelist-source-range"] = strings.Join(p.Allow, ",")
		delete(annotations, prefix+"allowlist-source-range")
	}
	if p.MaxBody > 0 {
		annotations[prefix+"proxy-body-size"] = strconv.FormatInt(p.MaxBody, 10)
	}
}

// addLine adds a line behind those that the platform has. The last line that sets a header decides.
func addLine(annotations map[string]string, key, line string) {
	if before := strings.TrimRight(annotations[key], "\n"); before != "" {
		line = before + "\n" + line
	}
	annotations[key] = line
}
