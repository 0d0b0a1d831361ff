// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"net/netip"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// maxDomainsTimeout keeps one domain that nobody answers for from holding up others.
const maxDomainsTimeout = time.Minute

// Domains says how the operator looks up the DNS records that prove custom domains (A8).
type Domains struct {
	// resolver is the DNS resolver to ask, as address:port, such as 10.96.0.10:53. An answer that somebody forges on the way to it proves a
	// domain. Absent: those of /etc/resolv.conf.
	Resolver string `json:"resolver,omitempty"`
	// timeout bounds one look-up, at all resolvers together, more than 0 and at most 1m.
	Timeout metav1.Duration `json:"timeout,omitzero"`
}

func (d *Domains) setDefaults() { setDuration(&d.Timeout, 10*time.Second) }

func (d Domains) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if d.Resolver != "" {
		errs = append(errs, resolver(d.Resolver, path.Child("resolver"))...)
	}
	if t := d.Timeout.Duration; t <= 0 || t > maxDomainsTimeout {
		errs = append(errs, field.Invalid(path.Child("timeout"), t.String(), fmt.Sprintf("must be more than 0 and at most %s", maxDomainsTimeout)))
	}
	return errs
}

// resolver refuses a name: another resolver would have to look it up.
func resolver(value string, path *field.Path) field.ErrorList {
	at, err := netip.ParseAddrPort(value)
	if err != nil || at.Port() == 0 || at.Addr().IsUnspecified() {
		return field.ErrorList{field.Invalid(path, value, "must be an IP address and a port, such as 10.96.0.10:53 or [fd00::a]:53")}
	}
	return nil
}
