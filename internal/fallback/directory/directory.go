// SPDX-License-Identifier: Apache-2.0

// Package directory knows the hosts of organizations from what this replica watches. It asks the same plan that routes are printed from. So a
// page never says something else than the routes.
package directory

import (
	"slices"
	"time"

	"k8s.io/utils/clock"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/fallback"
	"github.com/polyorg/polyorg/internal/route"
	"github.com/polyorg/polyorg/internal/rules"
)

// Directory finds organizations by host. Each look-up reads memory only.
type Directory struct {
	watched
	view   *facts.View
	config *config.OperatorConfig
	clock  clock.PassiveClock
	// none are the changes in flight: a host is an organization's when it is stored.
	none *facts.Overlay
}

var _ fallback.Directory = (*Directory)(nil)

// Find is what is known of a host.
func (d *Directory) Find(host string) (fallback.Answer, bool) {
	now := d.clock.Now()
	for _, org := range d.holders(host) {
		if h, planned := d.plan(org, now).Host(host); planned {
			return answer(h, org.Spec.Locale), true
		}
	}
	return fallback.Answer{}, false
}

// holders are the organizations that have a host now, and then the one for which it is reserved. Two have one only if both got past admission
// (A2).
func (d *Directory) holders(host string) []*v1alpha1.Organization {
	having := d.having(host)
	slices.SortFunc(having, func(a, b *v1alpha1.Organization) int {
		switch {
		case rules.Outranks(a, b, host):
			return -1
		case rules.Outranks(b, a, host):
			return 1
		}
		return 0
	})
	return append(having, d.reservedFor(host)...)
}

// plan is what is to be served for an organization, at an instant: a trial can end between two events.
func (d *Directory) plan(org *v1alpha1.Organization, now time.Time) route.Plan {
	return route.Make(route.Facts{
		Organization: org, Held: org.Status.Hosts, Reservations: d.reservationsFor(org),
		Suspended: d.suspended(org, now),
		Withheld:  rules.Ending(org) || rules.GrantOf(org) == rules.Withheld,
	}, d.config, now)
}

func (d *Directory) suspended(org *v1alpha1.Organization, now time.Time) (is bool) {
	for _, f := range facts.Of(org, d.config.Ingress.BaseDomain) {
		if account, ok := f.(rules.Account); ok {
			d.view.Judge(d.none, nil, func(w facts.World) { is = account.Suspended(rules.Best(w).Policy(), now) })
		}
	}
	return is
}

func answer(h route.Host, locale string) fallback.Answer {
	a := fallback.Answer{State: fallback.Serving, Locale: locale}
	switch h.Answer {
	case route.Redirects:
		a.State, a.Present = fallback.Moved, h.To
	case route.Blocked:
		a.State = fallback.Suspended
	}
	return a
}
