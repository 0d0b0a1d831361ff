// SPDX-License-Identifier: Apache-2.0

package route

import (
	"cmp"
	"slices"
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/rules"
)

// Facts are what is known of an organization.
type Facts struct {
	// Organization has the names, the back end and the networks.
	Organization *v1alpha1.Organization
	// Held are the hosts that it holds now. During a rename, that is the old host until the new one is held (A6).
	Held []string
	// Unproved are those of them whose ownership nobody has proved. They are not served (A8).
	Unproved []string
	// Leaving are former hosts that lead to the CRM for a moment longer. With them, the old host works until the new one does (A6).
	Leaving []string
	// Reservations keep hosts. Only those for this organization count, and only until they end.
	Reservations []v1alpha1.HostReservation
	// Suspended blocks all hosts (A7, E3, E8).
	Suspended bool
	// Withheld serves none: the organization ends (O7), or is beyond a limit (L1–L5).
	Withheld bool
}

// Make plans what is to be served for an organization at an instant.
func Make(f Facts, c *config.OperatorConfig, now time.Time) Plan {
	org := f.Organization
	p := Plan{
		Organization: org.Name, UID: org.UID, Namespace: v1alpha1.NamespacePrefix + org.Name,
		HTTPS: https(&c.Ingress), Port: c.Ingress.Port, MaxBody: c.Ingress.MaxBodySize.Value(),
	}
	if r := org.Spec.IPRestriction; r != nil {
		p.Allow = slices.Clone(r.AllowedCIDRs)
	}
	if f.Withheld {
		return p
	}
	b := builder{plan: &p, config: c}
	b.add(f, now)
	return p
}

// builder adds hosts to a plan.
type builder struct {
	plan   *Plan
	config *config.OperatorConfig
}

func (b builder) add(f Facts, now time.Time) {
	served, formers := slices.DeleteFunc(f.served(), b.isPlatforms), b.formers(f, now)
	if len(served) > 0 && !f.Suspended {
		b.plan.Present = f.present(served, b.config.Ingress.BaseDomain)
	}
	for _, name := range served {
		b.host(Host{Name: name, Answer: Serves, Service: b.backend(f.Organization)}, f.Suspended)
	}
	for _, name := range f.Leaving {
		if len(served) > 0 && slices.Contains(formers, name) {
			b.host(Host{Name: name, Answer: Serves, Service: b.backend(f.Organization)}, f.Suspended)
		}
	}
	for _, name := range formers {
		if f.Suspended || b.plan.Present != "" {
			b.host(Host{Name: name, Answer: Redirects, To: b.plan.Present, Service: Fallback(b.config)}, f.Suspended)
		}
	}
}

// formers are the reserved hosts that redirect within the organization. The reservation's own target is not enough: the organization may have
// moved on since. So each of them redirects to the present host. One that somebody redirects elsewhere is not served.
func (b builder) formers(f Facts, now time.Time) []string {
	var hosts []string
	reservations := f.reservations(now)
	for _, h := range reservations {
		switch to := h.Spec.RedirectTo; {
		case slices.Contains(f.Held, h.Name), b.isPlatforms(h.Name): // the organization has it again, or never has it
		case slices.Contains(f.Held, to) || contains(reservations, to):
			hosts = append(hosts, h.Name)
		default:
			b.plan.Elsewhere = append(b.plan.Elsewhere, h.Name)
		}
	}
	return hosts
}

// isPlatforms reports whether a host is one of the platform's plan. An organization can have got it past admission, or before the portal was
// there. People sign in at that host, so it leads to no organization (A4).
func (b builder) isPlatforms(host string) bool {
	return host == b.config.Ingress.PortalHost() || host == b.config.Ingress.BaseDomain
}

// host adds a host that the plan does not have yet.
func (b builder) host(h Host, blocked bool) {
	if _, there := b.plan.Host(h.Name); there {
		return
	}
	if blocked {
		h.Answer, h.To, h.Service = Blocked, "", Fallback(b.config)
	}
	h.TLS = certificate(&b.config.Ingress, h.Name)
	b.plan.Hosts = append(b.plan.Hosts, h)
}

// served are the hosts that may lead to the CRM.
func (f Facts) served() []string {
	return slices.DeleteFunc(slices.Clone(f.Held), func(host string) bool { return host == "" || slices.Contains(f.Unproved, host) })
}

// present is the host that people are to use: the one asked for, else another in the base domain, else any.
func (f Facts) present(served []string, baseDomain string) string {
	wanted := rules.Hosts(f.Organization, baseDomain)[0]
	if slices.Contains(served, wanted) {
		return wanted
	}
	for _, host := range served {
		if underBase(host, baseDomain) {
			return host
		}
	}
	return served[0]
}

// reservations are those that keep a host for the organization, and redirect it. The one that ends first is first: a later rename adds
// its host behind it, and no other host moves.
func (f Facts) reservations(now time.Time) []v1alpha1.HostReservation {
	var kept []v1alpha1.HostReservation
	for _, h := range f.Reservations {
		ours := h.Spec.HeldFor != nil && h.Spec.HeldFor.UID == f.Organization.UID
		ended := h.Spec.ExpiresAt != nil && !now.Before(h.Spec.ExpiresAt.Time)
		if ours && !ended && h.Spec.RedirectTo != "" && h.Name != "" {
			kept = append(kept, h)
		}
	}
	slices.SortFunc(kept, func(a, b v1alpha1.HostReservation) int {
		return cmp.Or(end(a).Compare(end(b)), cmp.Compare(a.Name, b.Name))
	})
	return kept
}

// end is when a reservation ends. One without an end comes first: it has been there, and stays there.
func end(h v1alpha1.HostReservation) time.Time {
	if h.Spec.ExpiresAt == nil {
		return time.Time{}
	}
	return h.Spec.ExpiresAt.Time
}

func contains(reservations []v1alpha1.HostReservation, host string) bool {
	return slices.ContainsFunc(reservations, func(h v1alpha1.HostReservation) bool { return h.Name == host })
}
