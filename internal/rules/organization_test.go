// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestCreateOrganization(t *testing.T) {
	products, services, third := org("zylker-products", "boss@example.org"), org("zylker-services", "boss@example.org"), org("third", john)
	run(t, map[string]testCase{
		"O1: a Standard member of one and Administrator of another may create a third": {
			world:  world{}.with(products, services, member(john, products.Name), admin(john, services.Name)),
			change: by(user(john)).creates(third),
		},
		"O1: a person who is only a Standard member may not": {
			world:    world{}.with(products, services, member(john, products.Name), member(john, services.Name)),
			change:   by(user(john)).creates(third),
			want:     []string{"O1"},
			wantText: []string{john, "only those can create another"},
		},
		"O1: a super admin may": {
			world:  world{}.with(org("own", john)),
			change: by(user(john)).creates(third),
		},
		"O1: a suspended Administrator may not": {
			world:  world{}.with(services, admin(john, services.Name).suspended()),
			change: by(user(john)).creates(third),
			want:   []string{"O1"},
		},
		"O1: an Administrator of an organization in deletion may not, and counts as no member": {
			world:  world{}.with(services.terminating(), admin(john, services.Name)),
			change: by(user(john)).creates(third),
			want:   []string{"O2"},
		},
		"O1: an Administrator who may be losing the role is asked to try again": {
			world:     world{}.with(services).changing(admin(john, services.Name), member(john, services.Name)),
			change:    by(user(john)).creates(third),
			want:      []string{"O1"},
			wantRetry: true,
		},
		"O2: nobody signs up by themselves while sign-up is closed": {
			change:   by(user(john)).creates(third),
			want:     []string{"O2"},
			wantText: []string{"ask the platform's administrators to create your first organization"},
		},
		"O2: somebody without any membership signs up while it is open": {
			world:  world{}.with(policyWith(openSignUp)),
			change: by(user(john)).creates(third),
		},
		"O2: sign-up that may be closing does not count as open": {
			world:     world{}.changing(policyWith(openSignUp), policyWith()),
			change:    by(user(john)).creates(third),
			want:      []string{"O2"},
			wantRetry: true,
		},
		"O2: a platform actor creates a first organization for somebody": {
			change: by(platform).creates(third),
		},
		"O3: a platform actor names somebody else, to whom O1 then applies": {
			world:  world{}.with(products, member(john, products.Name)),
			change: by(platform).creates(third),
			want:   []string{"O1"},
		},
		"O3: nobody else names another as super admin": {
			world:    world{}.with(org("own", john)),
			change:   by(user(john)).creates(third.of(alice)),
			want:     []string{"O3"},
			wantText: []string{"set spec.superAdmin to " + john},
		},
		"U2: an actor without an address creates none": {
			change: by(anonymous).creates(third),
			want:   []string{"U2"},
		},
		"O4: a new organization brings no subscription": {
			world:    world{}.with(org("own", john)),
			change:   by(user(john)).creates(third.on(v1alpha1.EditionUltimate, 5)),
			want:     []string{"O4"},
			wantText: []string{"leave out spec.subscription"},
		},
		"O4: a platform actor restores one with its subscription, for any person": {
			world:  world{}.with(products, member(john, products.Name)),
			change: by(platform).creates(third.on(v1alpha1.EditionUltimate, 5)),
		},
		"E2: nobody else sets the end of a trial": {
			world:  world{}.with(org("own", john)),
			change: by(user(john)).creates(third.trialUntil(now.AddDate(1, 0, 0))),
			want:   []string{"E2"},
		},
	})
}

func TestChangeOrganization(t *testing.T) {
	zylker := org("zylker", john).on(v1alpha1.EditionEnterprise, 10)
	renamed := zylker.having(func(o *v1alpha1.Organization) { o.Spec.DisplayName = "Other" })
	there := world{}.with(zylker, admin(john, "zylker"), admin(alice, "zylker"), member(bob, "zylker"))
	run(t, map[string]testCase{
		"R4: an Administrator changes the organization":                  {there, by(user(alice)).changes(zylker, renamed), nil, false, nil},
		"R4: a Standard member does not":                                 {there, by(user(bob)).changes(zylker, renamed), []string{"R4"}, false, []string{"Administrators and the super admin"}},
		"R4: a stranger does not":                                        {there, by(user(carol)).changes(zylker, renamed), []string{"R4"}, false, nil},
		"R4: a write without a change is not judged":                     {there, by(user(carol)).changes(zylker, zylker), nil, false, nil},
		"A3: the super admin changes the access URL":                     {there, by(user(john)).changes(zylker, zylker.at("shop", "")), nil, false, nil},
		"A3: an Administrator does not":                                  {there, by(user(alice)).changes(zylker, zylker.at("shop", "")), []string{"A3"}, false, []string{"super admin"}},
		"A3: a platform actor does":                                      {there, by(platform).changes(zylker, zylker.at("shop", "")), nil, false, nil},
		"E2: an Administrator does not extend the trial":                 {there, by(user(alice)).changes(zylker, zylker.trialUntil(now.AddDate(1, 0, 0))), []string{"E2"}, false, nil},
		"E2: a platform actor extends it":                                {there, by(platform).changes(zylker, zylker.trialUntil(now.AddDate(1, 0, 0))), nil, false, nil},
		"E3: an Administrator subscribes":                                {there, by(user(alice)).changes(zylker, zylker.on(v1alpha1.EditionStandard, 3)), nil, false, nil},
		"R2: the super admin hands the role to an Administrator":         {there, by(user(john)).changes(zylker, zylker.of(alice)), nil, false, nil},
		"R2: a platform actor does":                                      {there, by(platform).changes(zylker, zylker.of(alice)), nil, false, nil},
		"R2: an Administrator does not take it":                          {there, by(user(alice)).changes(zylker, zylker.of(alice)), []string{"R2"}, false, nil},
		"R2: a Standard member cannot get it":                            {there, by(user(john)).changes(zylker, zylker.of(bob)), []string{"R2"}, false, []string{bob + " is not", john + " stays"}},
		"R2: a person who is no member cannot, even by a platform actor": {there, by(platform).changes(zylker, zylker.of(carol)), []string{"R2"}, false, nil},
		"R2: a suspended Administrator cannot get it": {
			world:  world{}.with(zylker, admin(alice, "zylker").suspended()),
			change: by(user(john)).changes(zylker, zylker.of(alice)),
			want:   []string{"R2"},
		},
		"R2: an external Administrator cannot get it": {
			world{}.with(zylker, admin(john, "zylker"), admin(carol, "zylker").external()), by(user(john)).changes(zylker, zylker.of(carol)),
			[]string{"R2"}, false, []string{"internal"},
		},
		"R2: an Administrator who may be becoming external is waited for": {
			world{}.with(zylker, admin(john, "zylker")).changing(admin(carol, "zylker"), admin(carol, "zylker").external()),
			by(user(john)).changes(zylker, zylker.of(carol)), []string{"R2"}, true, nil,
		},
		"R3, R8: a future super admin who is a member already must be an Administrator": {
			world{}.with(admin(john, "zylker")), by(platform).creates(zylker), nil, false, nil,
		},
		"R3, R8: and no Standard member": {world{}.with(member(john, "zylker")), by(platform).creates(zylker), []string{"R3"}, false, []string{"change it first"}},
		"R3, R8: nor suspended":          {world{}.with(admin(john, "zylker").suspended()), by(platform).creates(zylker), []string{"R3"}, false, nil},
		"R3, R8: nor external":           {world{}.with(admin(john, "zylker").external()), by(platform).creates(zylker), []string{"R3"}, false, []string{"internal"}},
		"A4: nor is the membership to blame where the organization is there, and only its name is taken": {
			world{}.with(org("zylker", alice), member(john, "zylker"), org("labs", john)), by(user(john)).creates(org("zylker", john)), []string{"A4"}, false,
			[]string{"choose another name"},
		},
		"R2: a request that is sent again waits for the first, and is not refused because that may have been stored": {
			world{}.with(admin(john, "zylker"), admin(alice, "zylker")).changing(zylker, zylker.of(alice)),
			by(user(john)).changes(zylker, zylker.of(alice)), []string{"R2"}, true, nil,
		},
		"R2: an Administrator who may be leaving is not relied on": {
			world:     world{}.with(zylker, admin(john, "zylker")).perhaps(admin(alice, "zylker")),
			change:    by(user(john)).changes(zylker, zylker.of(alice)),
			want:      []string{"R2"},
			wantRetry: true,
		},
		"R2: a super admin without a membership cannot hand on: afterwards they would be no member": {
			world{}.with(zylker, admin(alice, "zylker")), by(user(john)).changes(zylker, zylker.of(alice)), []string{"R2"}, false, []string{"the membership of john@zylker.com"},
		},
		"R2: nor one who may have a membership in a moment": {
			world{}.with(zylker, admin(alice, "zylker")).perhaps(admin(john, "zylker")), by(user(john)).changes(zylker, zylker.of(alice)), []string{"R2"}, true, nil,
		},
		"O7: nobody but a platform actor takes the finalizer away": {
			world:  there,
			change: by(user(john)).changes(zylker, released(zylker)),
			want:   []string{"O7"},
		},
		"O7: a platform actor takes it from an organization that lives, and the operator puts it back": {
			there, by(platform).changes(zylker, released(zylker)), nil, false, nil,
		},
		"O7: nobody takes it from one that ends while it has members": {
			world:    there,
			change:   by(platform).changes(zylker.terminating(), released(zylker.terminating())),
			want:     []string{"O7"},
			wantText: []string{"zylker still has 3 people with a membership"},
		},
		"O7: nor while it has a pending invitation": {
			world{}.with(invite(bob, "zylker")), by(platform).changes(zylker.terminating(), released(zylker.terminating())), []string{"O7"}, false, nil,
		},
		"O7: nor while somebody is about to become a member": {
			world{}.with(invite(bob, "zylker").accepts()), by(platform).changes(zylker.terminating(), released(zylker.terminating())), []string{"O7"}, false, nil,
		},
		"O7: nor a member who is suspended": {
			world{}.with(member(bob, "zylker").suspended()), by(platform).changes(zylker.terminating(), released(zylker.terminating())), []string{"O7"}, false, nil,
		},
		"O7: it waits for a member who may be going": {
			world{}.perhaps(member(bob, "zylker")), by(platform).changes(zylker.terminating(), released(zylker.terminating())), []string{"O7"}, true, nil,
		},
		"O7: nor while an application is bound": {
			world{}.with(bound("zylker", "ZohoDesk", "help")), by(platform).changes(zylker.terminating(), released(zylker.terminating())), []string{"O7"}, false, []string{"and 1 integration;"},
		},
		"O7: it waits for a binding that may be going": {
			world{}.perhaps(bound("zylker", "ZohoDesk", "help")), by(platform).changes(zylker.terminating(), released(zylker.terminating())), []string{"O7"}, true, nil,
		},
		"O7: when all are gone it goes": {
			world{}.with(org("other", bob), member(carol, "other")), by(platform).changes(zylker.terminating(), released(zylker.terminating())), nil, false, nil,
		},
		"R2: taking the finalizer away hides no other change": {
			world:  there,
			change: by(platform).changes(zylker, released(zylker.of(carol))),
			want:   []string{"R2"},
		},
	})
}

// released is an organization without its finalizer.
func released(o organization) organization {
	return o.having(func(o *v1alpha1.Organization) { o.Finalizers = nil })
}

func TestDeleteOrganization(t *testing.T) {
	zylker := org("zylker", john)
	protected := zylker.having(func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = true })
	overtaken := zylker.terminating().having(func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = true })
	with := func(o organization) world { return world{}.with(o, admin(alice, "zylker"), member(bob, "zylker")) }
	renames := func(o *v1alpha1.Organization) { o.Spec.DisplayName = "Other" }
	there := with(zylker)
	narrowed := policyWith(func(s *v1alpha1.PlatformPolicySpec) {
		s.OrganizationDeletion = v1alpha1.OrganizationDeletionSuperAdmin
	})
	run(t, map[string]testCase{
		"O7: the super admin deletes the organization": {there, by(user(john)).deletes(zylker), nil, false, nil},
		"O7: an Administrator does":                    {there, by(user(alice)).deletes(zylker), nil, false, nil},
		"O7: a platform actor does":                    {there, by(platform).deletes(zylker), nil, false, nil},
		"O7: a Standard member does not":               {there, by(user(bob)).deletes(zylker), []string{"O7"}, false, []string{"only Administrators and the super admin of zylker"}},
		"O7: a stranger does not":                      {there, by(user(carol)).deletes(zylker), []string{"O7"}, false, nil},
		"O7: nor is one deleted without its finalizer while it has members, who would be left behind": {
			there, by(platform).deletes(released(zylker)), []string{"O7"}, false, []string{"is not prepared yet; try again"},
		},
		"O7: nor while somebody may be about to become one": {
			world{}.with(zylker).perhaps(member(bob, "zylker")), by(platform).deletes(released(zylker)), []string{"O7"}, true, nil,
		},
		"O7: nor while an application is bound to it": {
			world{}.with(zylker, bound("zylker", "ZohoDesk", "help")), by(platform).deletes(released(zylker)), []string{"O7"}, false, []string{"is not prepared yet; try again"},
		},
		"O7: without anybody in it there is nothing to prepare": {
			world{}.with(zylker), by(platform).deletes(released(zylker)), nil, false, nil,
		},
		"O7: nobody deletes what is protected": {
			there, by(platform).deletes(protected), []string{"O7"}, false, []string{"set spec.deletionProtection to false first"},
		},
		"O7: nor what is protected and was deleted past admission, whose finalizer stays": {
			world{}, by(platform).changes(overtaken, released(overtaken)), []string{"O7"}, false, []string{"protected from deletion"},
		},
		"O7: it lives on: its Administrators change it": {
			with(overtaken), by(user(alice)).changes(overtaken, overtaken.having(renames)), nil, false, nil,
		},
		"O7: and nobody removes its members": {
			with(overtaken), by(user(carol)).deletes(member(bob, "zylker")), []string{"R4"}, false, nil,
		},
		"O7: the super admin lets it end": {
			with(overtaken), by(user(john)).changes(overtaken, zylker.terminating()), nil, false, nil,
		},
		"O7: an Administrator does, who may delete it": {
			with(overtaken), by(user(alice)).changes(overtaken, zylker.terminating()), nil, false, nil,
		},
		"O7: unless the policy narrows that to the super admin": {
			with(overtaken).with(narrowed), by(user(alice)).changes(overtaken, zylker.terminating()), []string{"O7"}, false, []string{"only the super admin"},
		},
		"O7: a platform actor lets it end": {
			with(overtaken), by(platform).changes(overtaken, zylker.terminating()), nil, false, nil,
		},
		"O7: a Standard member does not let it end": {
			with(overtaken), by(user(bob)).changes(overtaken, zylker.terminating()), []string{"R4"}, false, nil,
		},
		"O7: an organization in deletion is not protected any more": {
			with(zylker.terminating()), by(platform).changes(zylker.terminating(), overtaken), []string{"O7"}, false, []string{"too late"},
		},
		"O7: the policy narrows it to the super admin": {
			there.with(narrowed), by(user(alice)).deletes(zylker), []string{"O7"}, false, []string{"only the super admin of zylker"},
		},
		"O7: the super admin is not narrowed": {there.with(narrowed), by(user(john)).deletes(zylker), nil, false, nil},
		"O7: while the policy may be narrowing, an Administrator waits": {
			there.changing(policyWith(), narrowed), by(user(alice)).deletes(zylker), []string{"O7"}, true, nil,
		},
		"O7: deleting twice is no new question": {there, by(user(bob)).deletes(zylker.terminating()), nil, false, nil},
	})
}

// While an organization is being deleted, its spec has no effect any more, so it cannot be changed (O7).
func TestChangeEndingOrganization(t *testing.T) {
	zylker := org("zylker", john).on(v1alpha1.EditionEnterprise, 10).terminating()
	protected := func(o organization) organization {
		return o.having(func(o *v1alpha1.Organization) { o.Spec.DeletionProtection = true })
	}
	labelled := zylker.having(func(o *v1alpha1.Organization) { o.Labels = map[string]string{"note": "seen"} })
	there := world{}.with(zylker, admin(john, "zylker"), admin(alice, "zylker"), member(bob, "zylker"))
	cases := map[string]testCase{
		"O7: the same again is no change":                      {there, by(platform).changes(zylker, zylker), nil, false, nil},
		"O7: a note beside the spec is the platform's to make": {there, by(platform).changes(zylker, labelled), nil, false, nil},
		"O7: protection that holds the end up is taken away":   {there, by(platform).changes(protected(zylker), zylker), nil, false, nil},
		"O7: but not with something else": {
			there, by(platform).changes(protected(zylker), zylker.at("shop", "")), []string{"O7"}, false, nil,
		},
		"O7, U3: the super admin, who has no role any more, learns why": {there, by(user(john)).changes(zylker, protected(zylker)), []string{"O7"}, false, []string{"is being deleted"}},
		"O7, U3: so is a member": {there, by(user(bob)).changes(zylker, protected(zylker)), []string{"O7"}, false, nil},
		"U3: a stranger is not":  {there, by(user(carol)).changes(zylker, protected(zylker)), []string{"R4"}, false, nil},
		"R4: nor does anybody note anything": {
			there, by(user(john)).changes(zylker, labelled), []string{"R4"}, false, nil,
		},
		"O7: nor does the super admin take the protection away": {there, by(user(john)).changes(protected(zylker), zylker), []string{"R4"}, false, nil},
	}
	for what, after := range map[string]organization{
		"an access URL":        zylker.at("shop", ""),
		"a custom domain":      zylker.at("", "crm.zylker.com"),
		"an owner":             zylker.of(alice),
		"protection":           protected(zylker),
		"a subscription":       zylker.on(v1alpha1.EditionUltimate, 20),
		"another end of trial": zylker.trialUntil(now),
		"a restriction":        zylker.restricted(),
		"a name":               zylker.having(func(o *v1alpha1.Organization) { o.Spec.DisplayName = "Other" }),
	} {
		cases["O7: it takes no new "+what] = testCase{there, by(platform).changes(zylker, after), []string{"O7"}, false, []string{"is being deleted"}}
	}
	run(t, cases)
}

func TestOrganizationSpec(t *testing.T) {
	own := world{}.with(org("own", john))
	zone := func(name string) organization {
		return org("zylker", john).having(func(o *v1alpha1.Organization) { o.Spec.TimeZone = name })
	}
	locale := func(tag string) organization {
		return org("zylker", john).having(func(o *v1alpha1.Organization) { o.Spec.Locale = tag })
	}
	run(t, map[string]testCase{
		"O5: UTC is a zone":                         {own, by(user(john)).creates(zone("UTC")), nil, false, nil},
		"O5: silence is UTC":                        {own, by(user(john)).creates(zone("")), nil, false, nil},
		"O5: an unknown zone is refused":            {own, by(user(john)).creates(zone("Europe/Atlantis")), []string{"O5"}, false, []string{"spec.timeZone", "Europe/Paris"}},
		"O5: the machine's own zone is refused":     {own, by(user(john)).creates(zone("Local")), []string{"O5"}, false, nil},
		"O5: a zone is not a path":                  {own, by(user(john)).creates(zone("../../etc/passwd")), []string{"O5"}, false, nil},
		"O5: a language with region is known":       {own, by(user(john)).creates(locale("en-GB")), nil, false, nil},
		"O5: a text that is no language is refused": {own, by(user(john)).creates(locale("english-please-now")), []string{"O5"}, false, []string{"spec.locale"}},
		"O5: both mistakes are told at once": {own, by(user(john)).creates(zone("Nowhere").having(func(o *v1alpha1.Organization) {
			o.Spec.Locale = "?"
		})), []string{"O5"}, false, []string{"spec.timeZone", "spec.locale"}},
		"O5: a zone is judged at a change too": {own, by(platform).changes(zone("UTC"), zone("Nowhere")), []string{"O5"}, false, nil},
		"L9: a zone that left the tables since stops no other change": {
			own, by(platform).changes(zone("Nowhere"), zone("Nowhere").having(func(o *v1alpha1.Organization) { o.Spec.DisplayName = "New" })), nil, false, nil,
		},
	})
}

func TestTrial(t *testing.T) {
	zylker := org("zylker", john)
	run(t, map[string]testCase{
		"E3: on trial people are invited":                   {world{}.with(zylker), by(user(john)).creates(invite(bob, "zylker")), nil, false, nil},
		"E2: the trial's fifteenth day is one":              {world{}.with(zylker), by(user(john)).later(14).changesClock(-time.Second).creates(invite(bob, "zylker")), nil, false, nil},
		"E3: at its end nothing more is added":              {world{}.with(zylker), by(user(john)).later(14).creates(invite(bob, "zylker")), []string{"E3"}, false, []string{"subscribe (spec.subscription)"}},
		"E3: not by platform actors either":                 {world{}.with(zylker), by(platform).later(14).creates(member(bob, "zylker")), []string{"E3"}, false, nil},
		"E3: nor is an integration bound":                   {world{}.with(zylker), by(user(john)).later(14).creates(bound("zylker", "ZohoDesk", "help")), []string{"E3"}, false, nil},
		"E3: nor a suspended member reinstated":             {world{}.with(zylker), by(user(john)).later(14).changes(member(bob, "zylker").suspended(), member(bob, "zylker")), []string{"E3"}, false, nil},
		"E3: existing objects are kept, and can be deleted": {world{}.with(zylker), by(user(john)).later(14).deletes(member(bob, "zylker")), nil, false, nil},
		"E3: subscribing resumes":                           {world{}.with(zylker), by(user(john)).later(14).changes(zylker, zylker.on(v1alpha1.EditionStandard, 5)), nil, false, nil},
		"E3: with a subscription nothing ends":              {world{}.with(zylker.on(v1alpha1.EditionStandard, 5)), by(user(john)).later(400).creates(invite(bob, "zylker")), nil, false, nil},
		"E2: a trial that was extended is longer":           {world{}.with(zylker.trialUntil(now.AddDate(0, 1, 0))), by(user(john)).later(20).creates(invite(bob, "zylker")), nil, false, nil},
		"E2: the policy can make trials longer": {
			world{}.with(zylker, policyWith(func(s *v1alpha1.PlatformPolicySpec) { s.Trial = &v1alpha1.TrialPolicy{Days: new(int32(30))} })),
			by(user(john)).later(20).creates(invite(bob, "zylker")), nil, false, nil,
		},
		"E2, L9: one that has begun keeps what was promised": {
			world{}.with(zylker.promised(15), policyWith(trial(5, 0))), by(user(john)).later(13).creates(invite(bob, "zylker")), nil, false, nil,
		},
		"E2: and does not grow": {
			world{}.with(zylker.promised(15), policyWith(trial(30, 0))), by(user(john)).later(14).creates(invite(bob, "zylker")), []string{"E3"}, false, nil,
		},
		"E2: unless a platform actor says otherwise": {
			world{}.with(zylker.promised(15).trialUntil(now.AddDate(0, 0, 21))), by(user(john)).later(20).creates(invite(bob, "zylker")), nil, false, nil,
		},
		"E2: or that it is over": {
			world{}.with(zylker.promised(15).trialUntil(now)), by(user(john)).creates(invite(bob, "zylker")), []string{"E3"}, false, nil,
		},
		"E3: a Standard member does not subscribe (R4)": {
			world{}.with(zylker, member(bob, "zylker")), by(user(bob)).later(14).changes(zylker, zylker.on(v1alpha1.EditionStandard, 5)), []string{"R4"}, false, nil,
		},
		"E3: an Administrator does": {
			world{}.with(zylker, admin(bob, "zylker")), by(user(bob)).later(14).changes(zylker, zylker.on(v1alpha1.EditionStandard, 5)), nil, false, nil,
		},
		"E3: a request is told to try again if a subscription may yet come": {
			world{}.changing(zylker, zylker.on(v1alpha1.EditionStandard, 5)),
			by(user(john)).later(20).creates(invite(bob, "zylker")), []string{"E3"}, true, nil,
		},
		"E3: a request is told to try again if the trial may just be shortened": {
			world{}.changing(zylker, zylker.trialUntil(now)), by(user(john)).later(1).creates(invite(bob, "zylker")), []string{"E3"}, true, nil,
		},
		"O7: nothing is added to what is being deleted": {
			world{}.with(zylker.terminating()), by(platform).creates(member(bob, "zylker")), []string{"O7"}, false, []string{"being deleted"},
		},
	})
}
