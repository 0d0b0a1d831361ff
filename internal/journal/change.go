// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"errors"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// A Change is one request to be judged: what the object states before and after it, and the rules that it must keep.
type Change struct {
	Kind            string
	Name            types.NamespacedName
	UID             types.UID
	Operation       facts.Operation
	ResourceVersion string // of the object before; empty for a creation
	Before, After   []rules.Fact
	// Actor is a fingerprint of the sender, for the bounds; PlatformActor marks that of a platform actor. It is empty for the operator
	// itself, whose only bound is the journal's.
	Actor string
	// DryRun: the change is judged like any other, and leaves no entry.
	DryRun bool
	// Discreet: only an actor who may make the object learns whether its name is taken (U3).
	Discreet bool
	// Judge is called once or more, with a world in which everything admitted so far counts.
	Judge func(rules.Outlook) rules.Violations
	// look is set instead of Judge where nothing is changed. It gets the world on which a change would be judged now.
	look func(facts.World)
}

// ErrExists says that an object of that name exists already.
var ErrExists = errors.New("an object of that name exists already")

// entry is the journal's line for a change; nil for one that takes and gives nothing.
func (c *Change) entry() *facts.Entry {
	if c.Operation == facts.Update && same(c.Before, c.After) || len(c.Before)+len(c.After) == 0 {
		return nil
	}
	return facts.NewEntry(facts.Entry{
		Kind: c.Kind, Namespace: c.Name.Namespace, Name: c.Name.Name, UID: c.UID, Operation: c.Operation,
		ResourceVersion: c.ResourceVersion, Facts: c.After, Actor: c.Actor,
	})
}

// added are the facts that the object states only if the change is stored.
func (c *Change) added() []rules.Fact {
	return slices.DeleteFunc(slices.Clone(c.After), func(f rules.Fact) bool { return slices.Contains(c.Before, f) })
}

// same reports whether two lists hold the same facts.
func same(a, b []rules.Fact) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(f rules.Fact) bool { return !slices.Contains(b, f) })
}

// verdict is the result of a judgement.
type verdict int

const (
	admitted verdict = iota
	refused
	contended
	unconfirmed // right if the lapsing facts stand that the request relies on
)

// request is a change on its way through the journal.
type request struct {
	*Change
	ctx    context.Context
	epoch  uint64          // in which the verdict was "contended"; 0: not yet
	entry  *facts.Entry    // its line; nil for a change that takes and gives nothing
	relies []rules.Lapsing // the facts that it relies on, when it is unconfirmed
	crowd  []share         // against which it counts while it waits
	turn   int             // among those who wait
	reason Reason          // why it waits
	answer chan answer
}

func (j *Journal) newRequest(ctx context.Context, c *Change) *request {
	return &request{Change: c, ctx: ctx, entry: c.entry(), crowd: c.crowd(), reason: Unavailable, answer: make(chan answer, 1)}
}

type answer struct {
	violations rules.Violations
	err        error
}

// The outcomes that metrics and traces tell apart.
const (
	outcomeAdmitted    = "admitted"
	outcomeRefused     = "refused"
	outcomeExists      = "exists"
	outcomeContended   = "contended"
	outcomeEarly       = "early"
	outcomeUnavailable = "unavailable"
	outcomePanicked    = "panicked"
)

func outcomeOf(violations rules.Violations, err error) string {
	again, isAgain := errors.AsType[*Again](err)
	switch {
	case isAgain:
		return again.outcome()
	case errors.Is(err, ErrExists):
		return outcomeExists
	case errors.Is(err, facts.ErrMalformed):
		return outcomeRefused
	case errors.Is(err, ErrPanicked):
		return outcomePanicked
	case err != nil:
		return outcomeUnavailable
	case len(violations) > 0:
		return outcomeRefused
	}
	return outcomeAdmitted
}

// judge finds a verdict on a request beside everything in the overlay. It reports whether a rule looked at the world for it. A verdict
// without such a look is right whatever others do.
func (r *request) judge(view *facts.View, overlay *facts.Overlay) (outcome verdict, violations rules.Violations, looked bool) {
	self := r.entry
	if self == nil {
		self = &facts.Entry{UID: r.UID}
	}
	view.Judge(overlay, self, func(world facts.World) {
		if r.look != nil {
			r.look(world)
			looked = true
			return
		}
		w := &witness{World: world}
		defer func() { looked = w.asked }()
		if len(r.Judge(rules.Worst(w))) == 0 {
			return
		}
		if r.rightIfConfirmed(rules.Worst(w)) {
			outcome = unconfirmed
			return
		}
		outcome = contended
		if violations = r.Judge(rules.Best(w)); len(violations) > 0 {
			outcome = refused
		}
	})
	return outcome, violations, looked
}

// rightIfConfirmed reports whether a request is right if the lapsing facts of the view still stand. It notes those on which the request
// relies.
func (r *request) rightIfConfirmed(worst rules.Outlook) bool {
	r.relies = nil
	violations := r.Judge(worst.Confirming(func(f rules.Lapsing) bool {
		r.relies = append(r.relies, f)
		return true
	}))
	return len(r.relies) > 0 && len(violations) == 0
}

// witness is a world that remembers whether a rule looked at it.
type witness struct {
	facts.World
	asked bool
}

func (w *witness) Facts(k rules.Key) []rules.Known {
	w.asked = true
	return w.World.Facts(k)
}

func (w *witness) Roles(k rules.Key) []rules.Known {
	w.asked = true
	return w.World.Roles(k)
}

func (w *witness) Seats(organization string, but ...string) (certain, possible int32) {
	w.asked = true
	return w.World.Seats(organization, but...)
}
