// SPDX-License-Identifier: Apache-2.0

package routes

import (
	"testing"
	"time"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/route/routetest"
)

func wantAgain(t *testing.T, i installation, p route.Plan, taken bool, want time.Duration) {
	t.Helper()
	if again, err := i.Retire(t.Context(), p, taken); err != nil || again != want {
		t.Fatalf("again after %s, %v, want %s", again, err, want)
	}
}

// TestA5ChangeOfModeDropsNoRequest: the routes of the earlier mode, with their Middlewares, stay until those of the new one are served.
func TestA5ChangeOfModeDropsNoRequest(t *testing.T) {
	installKinds(t)
	traefik := routetest.By(config.ControllerTraefik)
	byIngress := routetest.Config(routetest.Full, traefik)
	byGateway := routetest.Config(routetest.Full, traefik, routetest.Gateway)
	f := full(organization(t, "moves"))
	install(t, byIngress).settles(t, f.Plan(byIngress))
	old := []string{"Ingress/crm-system/polyorg-access-moves", "Ingress/polyorg-system/polyorg-fallback-moves", "Middleware/crm-system/polyorg-allow-moves",
		"Middleware/crm-system/polyorg-body-moves", "Middleware/crm-system/polyorg-header-moves"}
	young := []string{"HTTPRoute/org-moves/polyorg-access", "HTTPRoute/org-moves/polyorg-redirect", "Middleware/org-moves/polyorg-allow",
		"Middleware/org-moves/polyorg-body", "ReferenceGrant/crm-system/polyorg-access-moves"}
	wantThere(t, "moves", old...)

	i := install(t, byGateway)
	p := f.Plan(byGateway)
	i.settles(t, p)
	wantThere(t, "moves", append(old, young...)...)
	wantAgain(t, i, p, false, patience)
	wantAgain(t, i, p, true, settling)
	i.clock.SetTime(i.clock.Now().Add(settling - 1))
	wantAgain(t, i, p, true, 1)
	i.clock.SetTime(i.clock.Now().Add(1))
	wantAgain(t, i, p, true, 0)
	i.settles(t, p)
	wantThere(t, "moves", young...)

	back := install(t, byIngress)
	back.settles(t, f.Plan(byIngress))
	wantThere(t, "moves", append(old, young...)...)
	back.clock.SetTime(back.clock.Now().Add(patience))
	wantAgain(t, back, f.Plan(byIngress), false, 0)
	back.settles(t, f.Plan(byIngress))
	wantThere(t, "moves", old...)
}

// TestA7ChangeOfModeServesNoSuspendedOrganization: no route of the earlier mode leads to its CRM for a moment longer.
func TestA7ChangeOfModeServesNoSuspendedOrganization(t *testing.T) {
	installKinds(t)
	byIngress, byGateway := routetest.Config(routetest.Full), routetest.Config(routetest.Full, routetest.Gateway)
	for sentence, tc := range map[string]struct {
		name   string
		change func(*route.Facts)
		want   []string
	}{
		"a suspended one": {"stopped", func(f *route.Facts) { f.Suspended = true },
			[]string{"HTTPRoute/org-stopped/polyorg-blocked", "ReferenceGrant/polyorg-system/polyorg-blocked-stopped"}},
		"a deleted one": {"ended", func(f *route.Facts) { f.Withheld = true }, nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			f := organization(t, tc.name)
			install(t, byIngress).settles(t, f.Plan(byIngress))
			i := install(t, byGateway)
			if err := i.Keep(t.Context(), f.With(tc.change).Plan(byGateway)); err != nil {
				t.Fatal(err)
			}
			wantThere(t, tc.name, tc.want...)
		})
	}
}

// TestA4PlatformRoutes: the portal and the base domain are routed as long as the configuration has a portal, in both modes.
func TestA4PlatformRoutes(t *testing.T) {
	installKinds(t)
	for sentence, tc := range map[string]struct {
		change func(*config.Ingress)
		want   []string
	}{
		"Ingress": {func(*config.Ingress) {}, []string{"Ingress/polyorg-system/polyorg-platform-access", "Ingress/polyorg-system/polyorg-platform-fallback"}},
		"Gateway": {routetest.Gateway, []string{"HTTPRoute/polyorg-system/polyorg-platform-access", "HTTPRoute/polyorg-system/polyorg-platform-redirect"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			c := routetest.Config(routetest.Full, tc.change)
			i := install(t, c)
			i.settles(t, route.Platform(c))
			wantThere(t, "", tc.want...)

			without := routetest.Config(routetest.Fallback, tc.change)
			i = install(t, without)
			i.settles(t, route.Platform(without))
			wantThere(t, "")
		})
	}
	// from one mode to the other, with a portal only in the first
	c := routetest.Config(routetest.Full, routetest.Gateway)
	install(t, c).settles(t, route.Platform(c))
	without := routetest.Config(routetest.Fallback)
	install(t, without).settles(t, route.Platform(without))
	wantThere(t, "")
}
