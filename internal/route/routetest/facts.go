// SPDX-License-Identifier: Apache-2.0

// Package routetest makes organizations, reservations and configurations for tests of plans and of their printers.
package routetest

import (
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
)

// Base is the base domain of Config.
const Base = "crm.example.com"

// Now is the time of the tests.
var Now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// Facts are those of an organization, with words to change them.
type Facts struct{ route.Facts }

// Org is an organization that holds its default host.
func Org(name string) Facts {
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID("uid-" + name)}}
	return Facts{route.Facts{Organization: org, Held: []string{name + "." + Base}}}
}

// Asking has a name and a custom domain in spec.accessURL.
func (f Facts) Asking(name, customDomain string) Facts {
	f.url().Name, f.url().CustomDomain = name, customDomain
	return f
}

// Backend has a Service of its own.
func (f Facts) Backend(name string, port int32) Facts {
	f.url().Backend = &v1alpha1.ServiceBackend{ServiceName: name, Port: port}
	return f
}

func (f Facts) url() *v1alpha1.AccessURL {
	if f.Organization.Spec.AccessURL == nil {
		f.Organization.Spec.AccessURL = &v1alpha1.AccessURL{}
	}
	return f.Organization.Spec.AccessURL
}

// Holding holds exactly these hosts.
func (f Facts) Holding(hosts ...string) Facts {
	f.Held = hosts
	return f
}

// Allowing admits these networks only.
func (f Facts) Allowing(networks ...string) Facts {
	f.Organization.Spec.IPRestriction = &v1alpha1.IPRestriction{AllowedCIDRs: networks}
	return f
}

// Former has a reservation of its own, for that many days.
func (f Facts) Former(host, redirectTo string, days int) Facts {
	return f.Reserving(Reservation(host, f.Organization.UID, redirectTo, Now.AddDate(0, 0, days)))
}

// Reserving has a reservation.
func (f Facts) Reserving(h v1alpha1.HostReservation) Facts {
	f.Reservations = append(f.Reservations, h)
	return f
}

// With changes the facts.
func (f Facts) With(change func(*route.Facts)) Facts {
	change(&f.Facts)
	return f
}

// Plan is the plan by a configuration.
func (f Facts) Plan(c *config.OperatorConfig) route.Plan { return route.Make(f.Facts, c, Now) }

// Reservation keeps a host; without an end, if that is zero.
func Reservation(host string, uid types.UID, redirectTo string, end time.Time) v1alpha1.HostReservation {
	h := v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: host}}
	h.Spec.HeldFor = &v1alpha1.OrganizationReference{Name: "reserved", UID: uid}
	h.Spec.RedirectTo = redirectTo
	if !end.IsZero() {
		h.Spec.ExpiresAt = &metav1.Time{Time: end}
	}
	return h
}

// Config is what a file that sets only the base domain comes to.
func Config(changes ...func(*config.Ingress)) *config.OperatorConfig {
	c := config.Default()
	c.Ingress.BaseDomain = Base
	c.Ingress.Fallback, c.Ingress.Portal, c.Ingress.Gateway = nil, nil, nil
	for _, change := range changes {
		change(&c.Ingress)
	}
	return c
}

// Full has a shared back end, pages of the operator, a portal and a greatest body.
func Full(i *config.Ingress) {
	Fallback(i)
	i.Backend = config.Backend{Namespace: "crm-system", ServiceName: "front-end", Port: 8080}
	i.Portal = config.Default().Ingress.Portal
	i.ClassName, i.MaxBodySize = "public", resource.MustParse("20Mi")
}

// Fallback has pages of the operator.
func Fallback(i *config.Ingress) { i.Fallback = config.Default().Ingress.Fallback }

// Gateway is the other mode.
func Gateway(i *config.Ingress) {
	i.Mode = config.RouteByGateway
	i.Gateway = &config.Gateway{ParentRefs: []config.ParentRef{{Namespace: "gateways", Name: "public", SectionName: "web", Port: 443}}}
}

// By is a controller.
func By(c config.RouteController) func(*config.Ingress) {
	return func(i *config.Ingress) { i.Controller = c }
}

// TLS is a mode of TLS, with a Secret.
func TLS(mode config.TLSMode, secret string) func(*config.Ingress) {
	return func(i *config.Ingress) { i.TLS = config.IngressTLS{Mode: mode, SecretName: secret} }
}
