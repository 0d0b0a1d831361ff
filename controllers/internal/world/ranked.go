// SPDX-License-Identifier: Apache-2.0

package world

import (
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// Ranked is a world for an object that wants a place. Only objects that outrank it state facts there.
type Ranked struct {
	*World
	asks  client.Object
	rank  func(client.Object) rules.Rank
	seats []rules.Known // the seats of people about whom nothing else matters; a large organization has many
}

var _ rules.World = &Ranked{}

// NewRanked makes an empty world for an object, with a ranking.
func NewRanked(baseDomain string, asks client.Object, rank func(client.Object) rules.Rank) *Ranked {
	return &Ranked{World: New(baseDomain), asks: asks, rank: rank}
}

// Consider adds an object's facts if it outranks the one that asks.
func (r *Ranked) Consider(obj client.Object) {
	if r.Outranked(obj) {
		r.state(rules.Ahead(r.rank(obj), facts.Of(obj, r.baseDomain), facts.Of(r.asks, r.baseDomain))...)
	}
}

// Outranked reports whether another object goes before the one that asks. An object that is being deleted has no power, and gets no place.
func (r *Ranked) Outranked(by client.Object) bool {
	return by.GetUID() != r.asks.GetUID() && !goes(by) && r.rank(by).Before(r.rank(r.asks))
}

func goes(obj client.Object) bool {
	if org, ok := obj.(*v1alpha1.Organization); ok {
		return rules.Ending(org)
	}
	return obj.GetDeletionTimestamp() != nil
}

// Tell adds an object's facts, whatever its rank.
func (r *Ranked) Tell(obj client.Object) {
	r.state(facts.Of(obj, r.baseDomain)...)
}

// Mention adds what an organization is, without its owner.
func (r *Ranked) Mention(org *v1alpha1.Organization) {
	for _, f := range facts.Of(org, r.baseDomain) {
		if account, ok := f.(rules.Account); ok {
			r.state(account)
		}
	}
}

// ConsiderSeat counts the seat of an object that outranks the one that asks.
func (r *Ranked) ConsiderSeat(obj client.Object) {
	if !r.Outranked(obj) {
		return
	}
	for _, f := range facts.Of(obj, r.baseDomain) {
		if _, ok := rules.SeatOf(f); ok {
			r.seats = append(r.seats, rules.Known{Fact: f, Certain: true})
		}
	}
}

// Seats counts the users who hold a seat of the organization, except some.
func (r *Ranked) Seats(organization string, but ...string) (certain, possible int32) {
	return rules.CountSeats(append(r.Facts(rules.MembersKey(organization)), r.seats...), but...)
}

// Outlook reads the world; all of it is certain.
func (r *Ranked) Outlook() rules.Outlook { return rules.Best(r) }
