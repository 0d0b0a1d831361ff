// SPDX-License-Identifier: Apache-2.0

package main

const (
	confirm  = "internal/journal/confirm.go"
	change   = "internal/journal/change.go"
	drop     = "internal/journal/drop.go"
	identity = "internal/journal/identity.go"
	round    = "internal/journal/round.go"
	state    = "internal/journal/state.go"
	store    = "internal/journal/store.go"
	entry    = "internal/facts/entry.go"
	world    = "internal/facts/world.go"
	limits   = "internal/rules/limits.go"
	outlook  = "internal/rules/world.go"
)

// one is the mutant of a single edit.
func one(rule, file, old, with string) mutant { return mutant{rule, []edit{{file, old, with}}} }

// mutants has one mutant for each rule of the protocol, or several.
var mutants = []mutant{
	// the entries
	one("entries of one object add up, and none replaces another", state,
		"	s.overlay.Append(stamped)\n", `	for _, other := range slices.Clone(s.overlay.Entries()) {
		if other.Kind == e.Kind && other.Namespace == e.Namespace && other.Name == e.Name {
			s.overlay.Remove(other)
		}
	}
	s.overlay.Append(stamped)
`),
	one("a request that is sent again is written down again", state,
		"		case old.Stamp == stamped.Stamp:\n", "		case true:\n"),
	one("a fact that only moves to another object is written down too", change,
		"		if len(r.Judge(rules.Worst(w))) == 0 {\n", `		for _, f := range r.After {
			p, ok := f.(rules.Place)
			if ok && r.Operation == facts.Create && slices.ContainsFunc(w.Facts(rules.UserKey(p.User)), func(k rules.Known) bool {
				q, ok := k.Fact.(rules.Acceptance)
				return ok && q.Organization == p.Organization
			}) {
				r.entry = nil
			}
		}
		if len(r.Judge(rules.Worst(w))) == 0 {
`),
	one("deletions are written down", change,
		"if c.Operation == facts.Update && same(c.Before, c.After) ||", "if c.Operation == facts.Delete || c.Operation == facts.Update && same(c.Before, c.After) ||"),
	one("updates that only give up, as revocations do, are written down", change,
		"if c.Operation == facts.Update && same(c.Before, c.After) ||", "if c.Operation == facts.Update && (len(c.After) == 0 || same(c.Before, c.After)) ||"),
	one("updates are written down", change,
		"if c.Operation == facts.Update && same(c.Before, c.After) ||", "if c.Operation == facts.Update ||"),
	one("a dry run leaves nothing", round,
		"	case r.entry == nil || r.DryRun:\n", "	case r.entry == nil:\n"),

	// the replicas that may judge
	one("no replica judges before it has seen every kind whole", round,
		"if !j.View.Synced() {", "if false {"),
	one("no replica judges before it has reached the fences", round,
		"if !j.View.Reached(j.state.fences) {", "if false {"),
	{"a replica must have reached the fences of every kind, not only that of the kind judged", []edit{
		{round, "if !j.View.Reached(j.state.fences) {", "if false {"},
		{round, "	outcome, violations, looked = r.judge(", `	if fence, ok := j.state.fences[r.Kind]; ok && !j.View.Reached(map[string]string{r.Kind: fence}) {
		return contended, nil, true, nil
	}
	outcome, violations, looked = r.judge(`},
	}},

	// the judgement
	one("an admitted change is right in every outcome", change,
		"if len(r.Judge(rules.Worst(w))) == 0 {", "if len(r.Judge(rules.Best(w))) == 0 {"),
	one("a refused change is wrong in every outcome, not only because of changes in flight", change,
		"if violations = r.Judge(rules.Best(w));", "if violations = r.Judge(rules.Worst(w));"),
	one("the worst outlook counts everything that may stand", outlook,
		"return pick[F](o.world.Facts(k), o.worst) }", "return pick[F](o.world.Facts(k), !o.worst) }"),
	one("the worst outlook relies on nothing that may end", outlook,
		"return pick[F](known, !o.worst) }", "return pick[F](known, true) }"),
	one("a change relies on a fact that status can end only after a live read", confirm,
		"	j.confirmations.stands[f] = stands\n	return stands\n", "	return stands || true\n"),
	one("a fact of the view is uncertain while an entry may end it", world,
		"if w.counts(e) && !e.states(s.stated()) {", "if w.counts(e) && false {"),
	one("the object under judgement does not stand in its own way", world,
		"return w.self == nil || uid != w.self.UID })", "return true })"),
	one("requests of one group are judged beside each other", round,
		"	outcome, violations, looked = r.judge(j.View, j.state.overlay)\n", `	stored := facts.NewOverlay(nil)
	for _, e := range j.state.overlay.Entries() {
		if _, ok := j.watched[e.Text]; ok {
			stored.Append(e)
		}
	}
	outcome, violations, looked = r.judge(j.View, stored)
`),
	one("a fact is stated by one object, and needs no other to be seen", limits,
		"if !seen[q.Organization] && ", "if !seen[q.Organization] && j.mayLive(q.Organization) && "),

	// the answer
	one("an entry is written over the very journal that was judged on", store,
		"	s, next, began := j.state, j.state.write(), j.Clock.Now()\n", "	s, next, began := j.state, j.state.write(), j.Clock.Now()\n	next.ResourceVersion = \"\"\n"),
	one("a replica that meets another's write judges again", round,
		"	if !current {\n", "	if !current && false {\n"),
	one("a refusal reads the journal live", round,
		"		return j.confirm(ctx)\n", "		return true, nil\n"),
	one("a request that waits is judged again when the journal has changed", store,
		"	j.epoch++\n", ""),

	// the end of an entry
	one("an entry whose end was seen leaves a fence", drop,
		"			j.state.raise(e.Kind, end.Fence)\n", ""),
	one("the fence is for the entry's own kind", drop,
		"			j.state.raise(e.Kind, end.Fence)\n", "			j.state.raise(\"PlatformPolicy\", end.Fence)\n"),
	one("an update ends with a later version, not merely another", entry,
		"End{Later(o.version, e.ResourceVersion), o.version, true}", "End{o.version != e.ResourceVersion, o.version, true}"),
	one("an end that only a list shows waits for the drop time", drop,
		"		case end.Seen && end.Exact:\n", "		case end.Seen:\n"),
	one("an object that is not there has gone only if it could have been seen", entry,
		"End{reached(kind.version, e.ResourceVersion), kind.version, false}", "End{true, kind.version, false}"),

	// the drop
	one("an entry is dropped when its request can no longer be stored, not sooner", drop,
		"DefaultDropTime = 90 * time.Second", "DefaultDropTime = 9 * time.Second"),
	one("a replica drops only entries that it has itself watched for so long", store,
		"			w = sighting{e, now, contested(j.View.News(e))}\n", "			w = sighting{e, now.Add(-j.DropTime), nil}\n"),
	one("a drop reads the object live", drop,
		"switch became := j.outcome(ctx, e); {", "switch became := neverStored; {"),

	// the journal's own life
	one("a journal that is made anew waits", identity,
		"if j.closed.anew && j.Clock.Since(j.closed.from) < j.DropTime {", "if false {"),
	one("a closed journal waits anew when it is another", identity,
		"j.closed.uid != stored.UID || j.closed.version != stored.ResourceVersion {", "stored != nil && j.closed.uid == \"\" {"),
	one("a closed journal waits anew when it was open meanwhile", identity,
		" || j.closed.version != stored.ResourceVersion {", " {"),
	one("a journal that is made anew has the fences of the stored objects", identity,
		"if fences, err = j.versions(ctx); err != nil {", "if err != nil {"),
	one("a journal that is not itself is not trusted", state,
		"s.echo != \"\" && s.echo == s.object.UID", "s.echo != \"\""),
}
