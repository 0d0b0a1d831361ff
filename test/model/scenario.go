// SPDX-License-Identifier: Apache-2.0

package model

// A Fact is what an object says: that somebody holds one of the places under a key.
type Fact struct{ Key, Holder string }

// A Verb is what a request does to its object.
type Verb int

// Verbs.
const (
	Create Verb = iota
	Update
	Delete
	// Status is what the operator writes outside admission: it is not judged, and may only give up.
	Status
)

// A Change is a request, or what one has stored before the scenario begins.
type Change struct {
	// ID names a request.
	ID         string
	Verb       Verb
	Kind, Name string
	// Facts is what the object says once the change is stored.
	Facts []Fact
	// Kept is what its status still says then.
	Kept []Fact
	// JoinedWith names the object without which the facts could not be told, were FactsByThemselves off.
	JoinedWith string
	// In names the organization of the object: when that ends, the object holds nothing.
	In string
	// Ends: the object is an organization that is being deleted.
	Ends bool

	// After names requests that are acknowledged before this one comes.
	After []string
	// Sees names objects that some replica has seen before this one comes.
	Sees []string
	// Needs is a right that must stand.
	Needs *Fact
	// Patient requests wait while they are right in one outcome and wrong in another. Others are refused then. What can come
	// to be stored is the same; but there are fewer states.
	Patient bool
	DryRun  bool
	// Never says why the request must never be stored; empty if it may be.
	Never string
}

// A Scenario is where a model begins and what may happen in it.
type Scenario struct {
	// Replicas judge; 2 if 0, at most 3.
	Replicas int
	// Capacity is how many may hold each key; 1 if 0.
	Capacity int
	// Stored is what is stored at the beginning, each change a version of its kind. All of it is seen, but for
	Stored []Change
	// Unseen, which says for each replica how many of the latest versions of the first kind it has not seen.
	Unseen [maxReplicas]int
	// Requests come in any order that their After and Sees allow.
	Requests []Change
	// Remade: the journal is deleted once, at any time, and made anew.
	Remade bool
	// Restarts: replicas may be killed at any time. One that starts anew sees everything anew, from the beginning.
	Restarts bool
	// NoDrop: everything happens within the drop time.
	NoDrop bool
}
