// SPDX-License-Identifier: Apache-2.0

package route_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/route/routetest"
)

// In any world no plan leads to another organization (A2, A5), each redirect stays within the organization (A6), an unproved domain is not
// served (A8), and a suspended organization's CRM cannot be reached (A7).
func TestAnyPlanKeepsToItsOrganization(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := routetest.AnyWorld.Draw(t, "world")
		whose := map[string]string{}
		for i, p := range w.Plans() {
			f := w.Facts[i]
			for _, h := range p.Hosts {
				if other, twice := whose[h.Name]; twice {
					t.Fatalf("%s is in the plan of %s, and again in that of %s", h.Name, other, p.Organization)
				}
				whose[h.Name] = p.Organization
				checkHost(t, w, f, p, h)
			}
			checkState(t, f, p)
		}
	})
}

func checkHost(t *rapid.T, w routetest.World, f routetest.Facts, p route.Plan, h route.Host) {
	reserved := slices.ContainsFunc(f.Reservations, func(r v1alpha1.HostReservation) bool {
		return r.Name == h.Name && r.Spec.HeldFor.UID == f.Organization.UID && (r.Spec.ExpiresAt == nil || r.Spec.ExpiresAt.After(routetest.Now))
	})
	if !slices.Contains(f.Held, h.Name) && !reserved {
		t.Fatalf("%s neither holds %s nor has it reserved", p.Organization, h.Name)
	}
	if slices.Contains(f.Unproved, h.Name) {
		t.Fatalf("%s is not proved, and is served", h.Name)
	}
	switch h.Answer {
	case route.Serves:
		checkBackend(t, w, p, h)
	case route.Redirects:
		to, ok := p.Host(h.To)
		if !ok || to.Answer != route.Serves || !slices.Contains(f.Held, h.To) {
			t.Fatalf("%s redirects to %q, which is no present host of %s", h.Name, h.To, p.Organization)
		}
	case route.Blocked:
		if !f.Suspended || h.To != "" {
			t.Fatalf("%s is blocked: %+v", h.Name, h)
		}
	default:
		t.Fatalf("%s answers %q", h.Name, h.Answer)
	}
}

// checkBackend knows two back ends: the organization's own namespace, and the platform's shared one.
func checkBackend(t *rapid.T, w routetest.World, p route.Plan, h route.Host) {
	s, backend := *h.Service, w.Config.Ingress.Backend
	own := s.Namespace == "org-"+p.Organization
	common := backend.Namespace != "" && s == (route.Service{Namespace: backend.Namespace, Name: backend.ServiceName, Port: backend.Port})
	if !own && !common {
		t.Fatalf("%s of %s leads to %+v", h.Name, p.Organization, s)
	}
}

func checkState(t *rapid.T, f routetest.Facts, p route.Plan) {
	if f.Withheld && len(p.Hosts) > 0 {
		t.Fatalf("%s ends, and has %+v", p.Organization, p.Hosts)
	}
	if f.Suspended && (len(p.Only(route.Serves))+len(p.Only(route.Redirects)) > 0 || p.URL() != "") {
		t.Fatalf("%s is suspended, and has %+v", p.Organization, p.Hosts)
	}
	if f.Withheld || f.Suspended {
		return
	}
	for _, host := range f.Held {
		if h, there := p.Host(host); !slices.Contains(f.Unproved, host) && (!there || h.Answer != route.Serves) {
			t.Fatalf("%s holds %s, and it is not served", p.Organization, host)
		}
	}
}
