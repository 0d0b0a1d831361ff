// SPDX-License-Identifier: Apache-2.0

package rules

import "slices"

// Held are the hosts that an organization holds: those that it wants and that are free for it, and each former host until its successor is
// held. So a host that is not free never costs the working one (A6). Wanted are Hosts. Former are the hosts that the organization held
// before. Free are the hosts, of both, that no other organization has.
func Held(wanted, former, free []string, baseDomain string) []string {
	var held []string
	for _, host := range wanted {
		if slices.Contains(free, host) {
			held = append(held, host)
		}
	}
	for _, host := range former {
		if slices.Contains(free, host) && !slices.Contains(wanted, host) && !slices.Contains(held, successor(host, wanted, baseDomain)) {
			held = append(held, host)
		}
	}
	return held
}

// successor is the wanted host that replaces a former one: a name replaces a name, and a custom domain replaces a custom domain. The name
// also replaces a custom domain that is wanted no more.
func successor(host string, wanted []string, baseDomain string) string {
	if within(host, baseDomain) {
		return wanted[0]
	}
	return wanted[len(wanted)-1]
}
