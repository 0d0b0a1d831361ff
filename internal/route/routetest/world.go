// SPDX-License-Identifier: Apache-2.0

package routetest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
)

// World is some organizations of one installation. Each is told of the reservations of all.
type World struct {
	Config *config.OperatorConfig
	Facts  []Facts
}

// Plans are those of the organizations, in their order.
func (w World) Plans() []route.Plan {
	var plans []route.Plan
	for _, f := range w.Facts {
		plans = append(plans, f.Plan(w.Config))
	}
	return plans
}

// AnyWorld has organizations in every state. A host is held by one of them at most, and reserved for one at most, as everything before the
// plan sees to. Reservations redirect anywhere.
var AnyWorld = rapid.Custom(func(t *rapid.T) World {
	w := World{Config: anyConfig.Draw(t, "configuration")}
	for i := range rapid.IntRange(1, 3).Draw(t, "organizations") {
		w.Facts = append(w.Facts, anyOrganization(t, fmt.Sprintf("org%d", i)))
	}
	hosts := []string{}
	for i := range rapid.IntRange(0, 40).Draw(t, "hosts") {
		hosts = append(hosts, rapid.SampledFrom([]string{"h%d." + Base, "h%d.example.org", "h%d.deep." + Base}).Draw(t, "host"))
		hosts[i] = fmt.Sprintf(hosts[i], i)
	}
	var reservations []v1alpha1.HostReservation
	for _, host := range hosts {
		f := &w.Facts[rapid.IntRange(0, len(w.Facts)-1).Draw(t, "whose")]
		if give(t, f, host) {
			to := rapid.SampledFrom(append([]string{"", "elsewhere.example.net"}, hosts...)).Draw(t, "target")
			end := rapid.SampledFrom([]time.Time{{}, Now.Add(-time.Hour), Now, Now.Add(time.Hour), Now.Add(2 * time.Hour)}).Draw(t, "end")
			reservations = append(reservations, Reservation(host, f.Organization.UID, to, end))
		}
	}
	for i := range w.Facts {
		w.Facts[i].Reservations = reservations
	}
	return w
})

// give gives a host to an organization in some way, and reports whether it has a reservation.
func give(t *rapid.T, f *Facts, host string) (reserved bool) {
	switch rapid.IntRange(0, 4).Draw(t, "how") {
	case 0:
		f.Held = append(f.Held, host)
	case 1:
		f.Held = append(f.Held, host)
		f.Unproved = append(f.Unproved, host)
	case 2:
		f.Held = append(f.Held, host) // it came back, and the reservation is still there
		return true
	case 3:
		f.Leaving = append(f.Leaving, host)
		return true
	case 4:
		return true
	}
	return false
}

func anyOrganization(t *rapid.T, name string) Facts {
	f := Org(name).Holding()
	if rapid.Bool().Draw(t, "default host") {
		f = f.Holding(name + "." + Base)
	}
	if rapid.Bool().Draw(t, "own back end") {
		f = f.Backend("mine", 81)
	}
	if rapid.Bool().Draw(t, "restricted") {
		f = f.Allowing("203.0.113.0/24", "2001:db8::/32")
	}
	f.Suspended = rapid.IntRange(0, 3).Draw(t, "suspended") == 0
	f.Withheld = rapid.IntRange(0, 5).Draw(t, "ending") == 0
	return f
}

var anyConfig = rapid.Custom(func(t *rapid.T) *config.OperatorConfig {
	c := Config(
		By(rapid.SampledFrom([]config.RouteController{config.ControllerNone, config.ControllerTraefik, config.ControllerHAProxyIngress,
			config.ControllerHAProxyTech, config.ControllerNginx, ""}).Draw(t, "controller")),
		TLS(rapid.SampledFrom([]config.TLSMode{config.TLSExternal, config.TLSNone, config.TLSWildcard, config.TLSPerHost}).Draw(t, "TLS"), ""))
	for _, change := range []func(*config.Ingress){Full, Gateway, Fallback} {
		if rapid.Bool().Draw(t, "more") {
			change(&c.Ingress)
		}
	}
	return c
})
