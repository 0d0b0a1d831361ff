// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"
	"time"
)

// A platform actor who puts a deleted organization back gets the hosts that are reserved to it. Nobody else does.
func TestPutBack(t *testing.T) {
	end := time.Date(2026, 3, 30, 12, 0, 0, 0, time.UTC)
	const shop = "shop.crm.example.com"
	former := org("third", john).at("shop", "")
	again := former.named("a later UID")
	free := world{}.with(org("own", john))
	kept := free.with(reserve(shop).heldFor(former).until(end))
	byDefault := free.with(reserve("third.crm.example.com").heldFor(former))
	run(t, map[string]testCase{
		"A6: a platform actor puts an organization back, with its host": {kept, by(platform).creates(again), nil, false, nil},
		"A6: with the host that it has by default":                      {byDefault, by(platform).creates(org("third", john).named("later")), nil, false, nil},
		"A6: with its custom domain":                                    {free.with(reserve("crm.zylker.com").heldFor(former)), by(platform).creates(again.at("shop", "crm.zylker.com")), nil, false, nil},
		"A6: whatever its UID was":                                      {free.with(reserve(shop).heldFor(former.named("an older UID"))), by(platform).creates(again), nil, false, nil},
		"A2: a person who makes it again inherits nothing":              {kept, by(user(john)).creates(again), []string{"A2"}, false, []string{"shop.crm.example.com is not free; choose another"}},
		"A2: an organization of another name does not get the host": {
			kept, by(platform).creates(org("other", john).at("shop", "")), []string{"A2"}, false,
			[]string{"spec.accessURL: ", "reserved for third until 2026-03-30T12:00:00Z", "free it with kubectl delete hostreservation shop.crm.example.com"},
		},
		"A2: a later organization of the name does not get it by a change": {
			kept.with(again.at("new", "")), by(platform).changes(again.at("new", ""), again), []string{"A2"}, false,
			[]string{"reserved for third until 2026-03-30T12:00:00Z", "kubectl delete hostreservation shop.crm.example.com"},
		},
		"A6: a host that is kept for no organization is nobody's": {
			free.with(reserve("third.crm.example.com")), by(platform).creates(org("third", john)), []string{"A2"}, false,
			[]string{"reserved for no organization without an end", "kubectl delete hostreservation third.crm.example.com"},
		},
		"A2: a host that is in use too is not freed by a command": {
			kept.with(org("hidden", carol).at("shop", "")), by(platform).creates(org("other", john).at("shop", "")), []string{"A2"}, false,
			[]string{"shop.crm.example.com is not free; choose another"},
		},
		"A2: nor is it put back while another has it": {kept.with(org("hidden", carol).at("shop", "")), by(platform).creates(again), []string{"A2"}, false, nil},
		"A2: two who put it back at once do not both get the host": {
			kept.perhaps(again), by(platform).creates(former.named("another UID")), []string{"A2"}, true, nil,
		},
		"A2: a reservation that is about to be another's is waited for": {
			free.changing(reserve(shop).heldFor(former), reserve(shop).heldFor(org("other", carol))), by(platform).creates(again), []string{"A2"}, true, nil,
		},
		"A2: a reservation that stands refuses a person at once": {kept.perhaps(again), by(user(john)).creates(org("other", john).at("shop", "")), []string{"A2"}, false, nil},
	})
}

// Two organizations can get past admission with one host. Each can give it up, and the host stays reserved to it (A6).
func TestAnOrganizationReservesTheHostThatItHas(t *testing.T) {
	mine, hidden := org("third", john).at("shop", ""), org("hidden", carol).at("shop", "")
	both := world{}.with(mine, hidden)
	to := reserve("shop.crm.example.com").heldFor
	run(t, map[string]testCase{
		"A6: a host that another has too is reserved to an organization that has it": {both, by(platform).creates(to(mine)), nil, false, nil},
		"A6: and to the other one": {both, by(platform).creates(to(hidden)), nil, false, nil},
		"A2: but to no third one":  {both, by(platform).creates(to(org("own", john))), []string{"A2"}, false, nil},
		"A2: nor to none":          {both, by(platform).creates(reserve("shop.crm.example.com")), []string{"A2"}, false, nil},
		"A2: whether one that may be giving it up has it is waited for": {
			world{}.with(hidden).changing(mine, mine.at("new", "")), by(platform).creates(to(mine)), []string{"A2"}, true, nil,
		},
	})
}
