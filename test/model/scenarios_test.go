// SPDX-License-Identifier: Apache-2.0

package model

// A proof is a scenario that holds, and the rules without which it does not hold.
type proof struct {
	name string
	Scenario
	without []lapse
}

// A lapse is the violation without a rule.
type lapse struct {
	Rule
	violation string
	steps     int // of the shortest way there
}

func host(name, holder string) Fact { return Fact{"host " + name, holder} }

// seat is the one seat of an organization.
func seat(user string) Fact { return Fact{"seats of o", user} }

// place is a place of the user u, who may have one unless the scenario says more.
func place(organization string) Fact { return Fact{"places of u", organization} }

func create(id, kind, name string, facts ...Fact) Change {
	return Change{ID: id, Verb: Create, Kind: kind, Name: name, Facts: facts}
}

func update(id, kind, name string, facts ...Fact) Change {
	return Change{ID: id, Verb: Update, Kind: kind, Name: name, Facts: facts}
}

func writes(id, kind, name string, facts ...Fact) Change {
	return Change{ID: id, Verb: Status, Kind: kind, Name: name, Facts: facts}
}

func remove(id, kind, name string) Change {
	return Change{ID: id, Verb: Delete, Kind: kind, Name: name}
}

func stored(kind, name string, facts ...Fact) Change { return create("", kind, name, facts...) }

func (c Change) after(ids ...string) Change   { c.After = ids; return c }
func (c Change) sees(names ...string) Change  { c.Sees = names; return c }
func (c Change) keeping(facts ...Fact) Change { c.Kept = facts; return c }
func (c Change) joined(name string) Change    { c.JoinedWith = name; return c }
func (c Change) in(name string) Change        { c.In = name; return c }
func (c Change) ends() Change                 { c.Ends = true; return c }
func (c Change) needs(f Fact) Change          { c.Needs = &f; return c }
func (c Change) never(why string) Change      { c.Never = why; return c }
func (c Change) patient() Change              { c.Patient = true; return c }
func (c Change) dryRun() Change               { c.DryRun = true; return c }

const (
	twoHosts  = "too many hold host h1"
	twoPlaces = "too many hold places of u"
	twoSeats  = "too many hold seats of o"
	twice     = "accepted twice"
	falsely   = "c was refused, although nothing stood in its way"
	idle      = "after quiet, c waits although nothing stands in its way"
	revoked   = "accepted after the revocation was acknowledged"
	reserved  = "h1 was taken over while it was reserved to acme"
)

// open is the right to answer the invitation i1.
var open = Fact{"right to answer i1", "i1"}

// proofs lists, for each rule, the scenarios that fail without it.
var proofs = []proof{{
	name: "two creations of one name, and a third object that wants what the first takes",
	Scenario: Scenario{Requests: []Change{
		create("a", "org", "acme", host("h1", "acme")),
		create("b", "org", "acme", host("h2", "acme")),
		create("c", "org", "zed", host("h1", "zed")),
	}},
	without: []lapse{{EntriesAddUp, twoHosts, 5}},
}, {
	name: "two updates of one object at one version, and a creation that wants what the first takes",
	Scenario: Scenario{
		Stored: []Change{stored("org", "acme", host("h0", "acme"))},
		Requests: []Change{
			update("u1", "org", "acme", host("h1", "acme")),
			update("u2", "org", "acme", host("h2", "acme")),
			create("c", "org", "zed", host("h1", "zed")),
		},
	},
	without: []lapse{{EntriesAddUp, twoHosts, 5}},
}, {
	name: "two updates of one object, where one replica's view is older than what was judged",
	Scenario: Scenario{
		Stored: []Change{stored("org", "acme", host("h0", "acme")), stored("org", "acme", host("h0", "acme"))},
		Unseen: [maxReplicas]int{1: 1},
		Requests: []Change{
			update("u1", "org", "acme", host("h1", "acme")),
			update("u2", "org", "acme", host("h2", "acme")),
			create("c", "org", "zed", host("h1", "zed")),
		},
	},
	without: []lapse{{EndByLater, twoHosts, 4}},
}, {
	name: "an accepted invitation's place moves from the response to a membership",
	Scenario: Scenario{
		Stored: []Change{stored("resp", "r1", place("o1"))},
		Requests: []Change{
			create("m1", "mbr", "m1", place("o1")).sees("r1"),
			writes("fulfilled", "resp", "r1").after("m1"),
			create("c", "mbr", "m2", place("o2")),
		},
	},
	without: []lapse{{EntryWhenHeld, twoPlaces, 6}},
}, {
	name: "an accepted invitation's place moves, and another response wants it",
	Scenario: Scenario{
		Stored: []Change{stored("resp", "r1", place("o1"))},
		Requests: []Change{
			create("m1", "mbr", "m1", place("o1")).sees("r1"),
			writes("fulfilled", "resp", "r1").after("m1"),
			create("c", "resp", "r2", place("o2")),
		},
	},
	without: []lapse{{EveryFence, twoPlaces, 8}, {Fences, twoPlaces, 8}},
}, {
	name: "a response whose facts were told by its invitation",
	Scenario: Scenario{Requests: []Change{
		create("i", "inv", "i1"),
		create("r", "resp", "r1", place("o1")).joined("i1").sees("i1"),
		create("c", "mbr", "m2", place("o2")),
	}},
	without: []lapse{{FactsByThemselves, twoPlaces, 8}, {FactsByThemselves | FenceAtOutcome, twoPlaces, 8}},
}, {
	name: "an invitation is revoked, and then accepted",
	Scenario: Scenario{
		Stored: []Change{stored("inv", "i1", open)},
		Requests: []Change{
			update("revoke", "inv", "i1"),
			create("accept", "resp", "r1").needs(open).after("revoke").never(revoked),
		},
	},
	without: []lapse{{EntryForRelease, revoked, 4}},
}, {
	name: "an organization is renamed, and its old host reserved to it",
	Scenario: Scenario{
		Stored: []Change{stored("org", "acme", host("h1", "acme"))},
		Requests: []Change{
			update("rename", "org", "acme", host("h2", "acme")).keeping(host("h1", "acme")),
			create("reserve", "hr", "h1", host("h1", "acme")).after("rename"),
			writes("let go", "org", "acme", host("h2", "acme")).after("reserve"),
			create("c", "org", "zed", host("h1", "zed")).never(reserved),
		},
	},
	without: []lapse{{KeepUntilHandedOver, reserved, 5}},
}, {
	name: "an organization is deleted, and then its host asked for",
	Scenario: Scenario{
		Stored: []Change{stored("org", "acme", host("h1", "acme"))},
		Requests: []Change{
			remove("delete", "org", "acme"),
			create("c", "org", "zed", host("h1", "zed")).after("delete").patient(),
		},
	},
	without: []lapse{{EntryForRelease, falsely, 3}, {RefuseOnLive, falsely, 3}, {Fences, falsely, 5}},
}, {
	name: "a request is stored late",
	Scenario: Scenario{Requests: []Change{
		create("a", "org", "acme", host("h1", "acme")),
		create("c", "org", "zed", host("h1", "zed")),
	}},
	without: []lapse{{DropWhenSafe, twoHosts, 5}, {DropAfterRead, twoHosts, 5}, {CompareAndSwap, twoHosts, 6}},
}, {
	name: "a replica restarts",
	Scenario: Scenario{
		Requests: []Change{
			create("a", "org", "acme", host("h1", "acme")),
			create("c", "org", "zed", host("h1", "zed")).sees("acme"),
		},
		Restarts: true,
	},
	without: []lapse{{Fences, twoHosts, 6}},
}, {
	name: "two creations want one host, and either may be lost",
	Scenario: Scenario{Requests: []Change{
		create("a", "org", "acme", host("h1", "acme")),
		create("c", "org", "zed", host("h1", "zed")).patient(),
	}},
	without: []lapse{{AdmitByWorst, twoHosts, 4}, {RefuseByBest, falsely, 2}},
}, {
	name: "a host is given up by an update, and may not be",
	Scenario: Scenario{
		Stored: []Change{stored("org", "acme", host("h1", "acme"))},
		Requests: []Change{
			update("rename", "org", "acme", host("h2", "acme")),
			create("c", "org", "zed", host("h1", "zed")).patient(),
		},
	},
	without: []lapse{{AdmitByWorst, twoHosts, 3}, {RefuseByBest, falsely, 3}},
}, {
	name: "an invitation is revoked and accepted at once",
	Scenario: Scenario{
		Stored: []Change{stored("inv", "i1", open)},
		Requests: []Change{
			update("revoke", "inv", "i1", Fact{"answer to i1", "revoke"}),
			create("c", "resp", "r1", Fact{"answer to i1", "accept"}).needs(open).patient(),
		},
	},
	without: []lapse{{AdmitByWorst, "too many hold answer to i1", 4}, {RefuseByBest, falsely, 2}},
}, {
	name: "the journal is deleted, and made anew",
	Scenario: Scenario{
		Requests: []Change{
			create("a", "org", "acme", host("h1", "acme")),
			create("c", "org", "zed", host("h1", "zed")),
		},
		Remade: true,
	},
	without: []lapse{{ClosedAnew, twoHosts, 6}, {FencesAnew, twoHosts, 6}, {FencesLive, twoHosts, 6}},
}, {
	name: "a member is deleted in an organization that ends, and the place asked for elsewhere",
	Scenario: Scenario{
		Stored: []Change{stored("org", "acme"), stored("mbr", "m1", place("acme")).in("acme")},
		Requests: []Change{
			update("end", "org", "acme").ends(),
			remove("leave", "mbr", "m1").in("acme"),
			create("c", "mbr", "m2", place("zed")).in("zed").after("leave").patient(),
		},
	},
	without: []lapse{{EntryForRelease, falsely, 3}},
}, {
	name: "an organization is deleted and made again; then a member is deleted, and the place asked for elsewhere",
	Scenario: Scenario{
		Stored: []Change{stored("org", "acme").ends(), stored("mbr", "m1", place("acme")).in("acme")},
		Requests: []Change{
			remove("delete", "org", "acme"),
			create("again", "org", "acme").after("delete"),
			remove("leave", "mbr", "m1").in("acme").after("again"),
			create("c", "mbr", "m2", place("zed")).in("zed").after("leave").patient(),
		},
	},
	without: []lapse{{EntryForRelease, falsely, 9}},
}, {
	name: "a member is deleted in an organization that ends; the organization goes, and the place is asked for again",
	Scenario: Scenario{
		Stored: []Change{stored("org", "acme").ends(), stored("mbr", "m1", place("acme")).in("acme")},
		Requests: []Change{
			remove("leave", "mbr", "m1").in("acme"),
			remove("delete", "org", "acme").after("leave"),
			create("c", "mbr", "m2", place("zed")).in("acme").after("delete").patient(),
		},
	},
	without: []lapse{{EntryForRelease, falsely, 6}},
}, {
	name: "a place that moved to a membership is given up and taken elsewhere, and then asked for again",
	Scenario: Scenario{
		Stored: []Change{stored("resp", "r1", place("o1")), stored("mbr", "m1", place("o1"))},
		Requests: []Change{
			writes("fulfilled", "resp", "r1"),
			remove("leave", "mbr", "m1").after("fulfilled"),
			create("elsewhere", "mbr", "m2", place("o2")).after("leave"),
			create("c", "mbr", "m3", place("o1")).after("elsewhere"),
		},
	},
	without: []lapse{{ConfirmLapsing, twoPlaces, 9}},
}, {
	name: "an invitation expires, its seat is taken, and then the invitee comes",
	Scenario: Scenario{
		Stored: []Change{stored("inv", "i1", seat("u"))},
		Requests: []Change{
			writes("expired", "inv", "i1"),
			create("other", "mbr", "m1", seat("v")).after("expired"),
			create("c", "mbr", "m2", seat("u")).after("other"),
		},
	},
	without: []lapse{{ConfirmLapsing, twoSeats, 6}},
}, {
	name: "an invitation is accepted, its answer removed, and then it is accepted again",
	Scenario: Scenario{
		Stored: []Change{stored("inv", "i1", open), stored("resp", "r1", Fact{"answer to i1", "r1"})},
		Requests: []Change{
			writes("accepted", "inv", "i1"),
			remove("tidied", "resp", "r1").after("accepted"),
			create("again", "resp", "r2", Fact{"answer to i1", "r2"}).needs(open).after("tidied").never(twice),
		},
	},
	without: []lapse{{ConfirmLapsing, twice, 6}},
}, {
	name: "a creation is tried dry, and then another wants the same",
	Scenario: Scenario{
		Requests: []Change{
			create("a", "org", "acme", host("h1", "acme")).dryRun(),
			create("c", "org", "zed", host("h1", "zed")).after("a").patient(),
		},
		NoDrop: true,
	},
	without: []lapse{{NoEntryForDryRun, idle, 1}},
}, {
	name: "three replicas, and three who want the two places that there are",
	Scenario: Scenario{
		Replicas: 3,
		Capacity: 2,
		Requests: []Change{
			create("a", "mbr", "m1", place("o1")).patient(),
			create("b", "mbr", "m2", place("o2")).patient(),
			create("c", "mbr", "m3", place("o3")).patient(),
		},
	},
	without: []lapse{
		{AdmitByWorst, twoPlaces, 6}, {RefuseByBest, falsely, 3}, {CompareAndSwap, twoPlaces, 9}, {DropWhenSafe, twoPlaces, 7}, {Fences, twoPlaces, 8},
	},
}, {
	name: "three replicas, two places, and one who leaves for another to come",
	Scenario: Scenario{
		Replicas: 3,
		Capacity: 2,
		Stored:   []Change{stored("mbr", "m0", place("o0"))},
		Requests: []Change{
			remove("leave", "mbr", "m0"),
			create("a", "mbr", "m1", place("o1")).patient(),
			create("b", "mbr", "m2", place("o2")).patient(),
			create("c", "mbr", "m3", place("o3")).patient(),
		},
	},
	without: []lapse{{AdmitByWorst, twoPlaces, 4}},
}}
