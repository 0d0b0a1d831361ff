// SPDX-License-Identifier: Apache-2.0

package model

// These bounds of a scenario keep a state small.
const (
	maxReplicas = 3
	maxKinds    = 3
	maxVersions = 7 // of one kind
	maxRequests = 6
)

// versions is a version for each kind; 0 is before the first.
type versions [maxKinds]uint8

// state is everything at one instant. It is comparable, and so its own hash key.
type state struct {
	history  [maxKinds][maxVersions]uint8 // the writer of each version: 1 + an index into machine.changes; 0 for none yet
	seen     [maxReplicas]versions
	fences   versions
	entries  entries
	progress [maxRequests]progress
	journal  journal
}

// journal is the state of the journal.
type journal uint8

const (
	first  journal = iota // the scenario's first
	closed                // made anew and not open yet
	reopened
)

// progress is how far a request has come.
type progress struct {
	status status
	base   uint8 // the version of the object that it was judged on; 0 for a creation
}

type status uint8

const (
	waiting status = iota
	judged         // found right, but not written down; only without CompareAndSwap
	admitted
	done // stored, or answered if it is a dry run
	refused
	refusedFalsely
	lost
)

// ended reports whether a request can no longer be stored.
func (s status) ended() bool { return s >= done }

// entries is the set of the journal's entries. An entry is a request and the version that it was judged on. A request that met a conflict
// is judged again, and then has two.
type entries uint64

func entry(request int, base uint8) entries { return 1 << (8*request + int(base)) }

// each yields the entries one by one, as request and version.
func (e entries) each(f func(request int, base uint8)) {
	for request := range maxRequests {
		for base := range uint8(8) {
			if e&entry(request, base) != 0 {
				f(request, base)
			}
		}
	}
}

// latest is how many versions there are of each kind.
func (s *state) latest() (v versions) {
	for kind := range s.history {
		for v[kind] < maxVersions && s.history[kind][v[kind]] != 0 {
			v[kind]++
		}
	}
	return v
}

// reaches reports whether a view has reached a fence in every kind.
func (v versions) reaches(fence versions) bool {
	for kind := range v {
		if v[kind] < fence[kind] {
			return false
		}
	}
	return true
}
