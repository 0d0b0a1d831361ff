// SPDX-License-Identifier: Apache-2.0

package route

import "slices"

// GainingFirst orders the objects of a plan for their application: those that gain a host come before those that only lose one. So a host that
// moves from one object to another is in both for a moment, and never in none (A6). Before and after are the hosts of an object, as it is
// stored and as it is wanted.
func GainingFirst[O any](objects []O, before, after func(O) []string) []O {
	var gaining, others []O
	for _, o := range objects {
		had := before(o)
		if slices.ContainsFunc(after(o), func(host string) bool { return !slices.Contains(had, host) }) {
			gaining = append(gaining, o)
		} else {
			others = append(others, o)
		}
	}
	return append(gaining, others...)
}
