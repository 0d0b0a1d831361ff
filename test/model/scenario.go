// SPDX-License-Identifier: Apache-2.0

package model

// A Fact is what an object states: somebody holds one of the places under a key.
type Fact struct{ Key, Holder string }

// A Verb is what a request does to its object.
type Verb int

// Verbs.
const (
	Create Verb = iota
	Update
	Delete
	// Status is an operator's write outside admission. Nobody judges it, and it may only give up facts.
	Status
)

// A Change is a request, or a request that was stored before the scenario begins.
type Change struct {
	// ID names a request.
	ID         string
	Verb       Verb
	Kind, Name string
	// Facts are what the object states once the change is stored.
	Facts []Fact
	// Kept is what its status still states then.
	Kept []Fact
	// JoinedWith names an object that the facts would depend on, if FactsByThemselves were off.
	JoinedWith string
	// In names the organization of the object. When the organization ends, the object holds nothing.
	In string
	// Ends says that the object is an organization that is being deleted.
	Ends bool

	// After names requests that are answered before this one comes.
	After []string
	// Sees names objects that some replica has seen before this request comes.
	Sees []string
	// Needs is a right that must exist.
	Needs *Fact
	// Patient requests wait while they are right in one outcome and wrong in another. Others are refused then. The possible
	// stored states are the same, but there are fewer states in all.
	Patient bool
	DryRun  bool
	// Never says why the request must never be stored; empty if it may be.
	Never string
}

// A Scenario is the beginning of a model, and its possible events.
type Scenario struct {
	// Replicas is how many replicas judge: 2 if 0, at most 3.
	Replicas int
	// Capacity is how many may hold each key; 1 if 0.
	Capacity int
	// Stored are the changes stored at the beginning, each a version of its kind. Replicas have seen all of them, except
	Stored []Change
	// Unseen: for each replica, how many of the latest versions of the first kind it has not seen.
	Unseen [maxReplicas]int
	// Requests come in any order that their After and Sees allow.
	Requests []Change
	// Remade says that the journal is deleted once, at any time, and made anew.
	Remade bool
	// Restarts says that replicas may be killed at any time. A new one sees everything from the beginning.
	Restarts bool
	// NoDrop says that everything happens within the drop time.
	NoDrop bool
}
