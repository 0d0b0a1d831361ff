// SPDX-License-Identifier: Apache-2.0

// Package world shows the rules the objects that a controller has. A controller is woken by its cache and must judge by that same cache.
// Another view may be behind: the controller would decide on the past, and no event would wake it again.
package world

import (
	"context"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// World is what some objects state. All of it is certain: admission weighs the changes in flight.
type World struct {
	baseDomain string
	facts      []rules.Fact
	byKey      map[rules.Key][]rules.Known
}

var _ rules.World = &World{}

// New makes an empty world.
func New(baseDomain string) *World {
	return &World{baseDomain: baseDomain, byKey: map[rules.Key][]rules.Known{}}
}

// state adds facts.
func (w *World) state(stated ...rules.Fact) {
	w.facts = append(w.facts, stated...)
	for _, f := range stated {
		for _, k := range f.Keys() {
			w.byKey[k] = append(w.byKey[k], rules.Known{Fact: f, Certain: true})
		}
	}
}

// Add adds the facts of objects of one kind.
func Add[O any, P interface {
	*O
	client.Object
}](w *World, objects ...O) {
	for i := range objects {
		w.state(facts.Of(P(&objects[i]), w.baseDomain)...)
	}
}

// Facts yields the facts under a key.
func (w *World) Facts(k rules.Key) []rules.Known { return slices.Clip(w.byKey[k]) }

// Size is the number of facts under a key.
func (w *World) Size(k rules.Key) int { return len(w.Facts(k)) }

// Roles yields the facts under a key: nothing is under judgement.
func (w *World) Roles(k rules.Key) []rules.Known { return w.Facts(k) }

// Seats counts the users who hold a seat of an organization, except some.
func (w *World) Seats(organization string, but ...string) (certain, possible int32) {
	return rules.CountSeats(w.Facts(rules.MembersKey(organization)), but...)
}

// Outlook reads the world. All facts are certain, so the worst and the best outlook are the same.
func (w *World) Outlook() rules.Outlook { return rules.Best(w) }

// Stated yields the facts of one type.
func Stated[F rules.Fact](w *World) []F {
	var stated []F
	for _, f := range w.facts {
		if f, ok := f.(F); ok {
			stated = append(stated, f)
		}
	}
	return stated
}

// AddPolicy adds the facts of the PlatformPolicy, if there is one.
func AddPolicy(ctx context.Context, w *World, r client.Reader) error {
	var policy v1alpha1.PlatformPolicy
	if err := r.Get(ctx, client.ObjectKey{Name: v1alpha1.PlatformPolicyName}, &policy); err != nil {
		return client.IgnoreNotFound(err)
	}
	Add(w, policy)
	return nil
}

// Policy is the policy in force.
func Policy(ctx context.Context, r client.Reader) (rules.Policy, error) {
	w := New("")
	err := AddPolicy(ctx, w, r)
	return w.Outlook().Policy(), err
}
