// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

const baseDomain = "crm.example.com"

// world is the knowledge of a case: facts, how sure each is, and the object that states it.
type world struct {
	stated []stated
	self   types.UID // the object under judgement
}

type stated struct {
	fact    rules.Fact
	certain bool
	owner   types.UID
}

var _ rules.World = world{}

func (w world) Facts(k rules.Key) []rules.Known {
	return w.known(k, func(owner types.UID) bool { return owner != w.self })
}

func (w world) Size(k rules.Key) int { return len(w.Facts(k)) }

func (w world) Roles(k rules.Key) []rules.Known {
	return w.known(k, func(types.UID) bool { return true })
}

func (w world) Seats(organization string, but ...string) (certain, possible int32) {
	return rules.CountSeats(w.Facts(rules.MembersKey(organization)), but...)
}

func (w world) known(k rules.Key, wanted func(types.UID) bool) []rules.Known {
	var known []rules.Known
	for _, s := range w.stated {
		if wanted(s.owner) && slices.Contains(s.fact.Keys(), k) {
			known = append(known, rules.Known{Fact: s.fact, Certain: s.certain})
		}
	}
	return known
}

// with adds objects that stand.
func (w world) with(objects ...object) world { return w.add(true, objects) }

// perhaps adds objects that are being created or deleted: they stand in one outcome, and not in the other.
func (w world) perhaps(objects ...object) world { return w.add(false, objects) }

// changing adds an object that is being changed: the facts of both its states are certain.
func (w world) changing(before, after object) world {
	was, is := said(before), said(after)
	for _, f := range was {
		w.stated = append(slices.Clip(w.stated), stated{f, slices.Contains(is, f), before.bare().GetUID()})
	}
	for _, f := range is {
		if !slices.Contains(was, f) {
			w.stated = append(w.stated, stated{f, false, before.bare().GetUID()})
		}
	}
	return w
}

func (w world) add(certain bool, objects []object) world {
	w.stated = slices.Clip(w.stated)
	for _, o := range objects {
		for _, f := range said(o) {
			w.stated = append(w.stated, stated{f, certain, o.bare().GetUID()})
		}
	}
	return w
}

func (w world) has(owner types.UID) bool {
	return slices.ContainsFunc(w.stated, func(s stated) bool { return s.owner == owner })
}

// organizations names those that the world speaks of.
func (w world) organizations() []string {
	var names []string
	for _, s := range w.stated {
		if a, ok := s.fact.(rules.Account); ok {
			names = append(names, a.Organization)
		}
	}
	return names
}

// knows reports whether a user has to do with an organization.
func (w world) knows(user, organization string) bool {
	return slices.ContainsFunc(w.stated, func(s stated) bool {
		switch f := s.fact.(type) {
		case rules.Place:
			return f.User == user && f.Organization == organization
		case rules.Acceptance:
			return f.User == user && f.Organization == organization
		case rules.Offer:
			return f.User == user && f.Organization == organization
		}
		return false
	})
}

func said(o object) []rules.Fact {
	if o == nil {
		return nil
	}
	return facts.Of(o.bare(), baseDomain)
}

// change is one request: the actor, and the object before and after.
type change struct {
	act           rules.Act
	before, after object
}

func by(actor rules.Actor) change {
	return change{act: rules.Act{Actor: actor, Now: now, BaseDomain: baseDomain}}
}

func (c change) creates(o object) change             { c.after = o; return c }
func (c change) deletes(o object) change             { c.before = o; return c }
func (c change) changes(from, to object) change      { c.before, c.after = from, to; return c }
func (c change) later(days int) change               { c.act.Now = c.act.Now.AddDate(0, 0, days); return c }
func (c change) changesClock(d time.Duration) change { c.act.Now = c.act.Now.Add(d); return c }
func (c change) portal(name string) change           { c.act.PortalName = name; return c }
func (c change) subject() client.Object              { return firstOf(c.before, c.after).bare() }
func (c change) in(w world) (worst, best ruling) {
	return c.judge(confirmed, w), c.judge(rules.Best, w)
}

// confirmed is the worst outlook after live reads have shown that all lapsing facts of the world stand.
func confirmed(w rules.World) rules.Outlook {
	return rules.Worst(w).Confirming(func(rules.Lapsing) bool { return true })
}

func firstOf(objects ...object) object {
	return objects[slices.IndexFunc(objects, func(o object) bool { return o != nil })]
}

type ruling = rules.Violations

// judge asks every rule about the change, as admission does.
func (c change) judge(outlook func(rules.World) rules.Outlook, w world) ruling {
	w.self = c.subject().GetUID()
	if c.before != nil && !w.has(w.self) {
		w = w.with(c.before)
	}
	o := outlook(w)
	return append(c.kind(o), rules.Limits(o, c.act, said(c.before), said(c.after))...)
}

func (c change) kind(o rules.Outlook) ruling {
	organization := facts.OrganizationOf(c.subject().GetNamespace())
	switch c.subject().(type) {
	case *v1alpha1.Organization:
		return rules.Organization(o, c.act, bare[*v1alpha1.Organization](c.before), bare[*v1alpha1.Organization](c.after))
	case *v1alpha1.Membership:
		return rules.Membership(o, c.act, organization, bare[*v1alpha1.Membership](c.before), bare[*v1alpha1.Membership](c.after))
	case *v1alpha1.Invitation:
		return rules.Invitation(o, c.act, organization, bare[*v1alpha1.Invitation](c.before), bare[*v1alpha1.Invitation](c.after))
	case *v1alpha1.InvitationResponse:
		return rules.InvitationResponse(o, c.act, bare[*v1alpha1.InvitationResponse](c.before), bare[*v1alpha1.InvitationResponse](c.after))
	case *v1alpha1.IntegrationBinding:
		return rules.IntegrationBinding(o, c.act, organization, bare[*v1alpha1.IntegrationBinding](c.before), bare[*v1alpha1.IntegrationBinding](c.after))
	case *v1alpha1.HostReservation:
		return rules.HostReservation(o, c.act, bare[*v1alpha1.HostReservation](c.before), bare[*v1alpha1.HostReservation](c.after))
	case *v1alpha1.PlatformPolicy:
		return rules.PlatformPolicy(o, c.act, bare[*v1alpha1.PlatformPolicy](c.before), bare[*v1alpha1.PlatformPolicy](c.after))
	case *v1alpha1.User:
		return rules.User(o, c.act, bare[*v1alpha1.User](c.before), bare[*v1alpha1.User](c.after))
	}
	panic("no rules for this kind")
}

func bare[T client.Object](o object) T {
	if o == nil {
		var none T
		return none
	}
	return o.bare().(T)
}

// testCase is one sentence of the rulebook at work.
type testCase struct {
	world  world
	change change
	// want has the rules that refuse, each once, in the order in which they speak up; none: admitted.
	want []string
	// wantRetry: only what is in flight stands in the way, so the answer is to try again.
	wantRetry bool
	// wantText is in what the person reads.
	wantText []string
}

func run(t *testing.T, cases map[string]testCase) {
	t.Helper()
	for sentence, tc := range cases {
		t.Run(sentence, func(t *testing.T) {
			worst, best := tc.change.in(tc.world)
			expect(t, "the worst outlook", worst, tc.want)
			if tc.wantRetry {
				tc.want = nil
			}
			expect(t, "the best outlook", best, tc.want)
			readable(t, tc, worst)
		})
	}
}
