// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestHosts(t *testing.T) {
	for sentence, tc := range map[string]struct {
		organization organization
		want         []string
	}{
		"A1: by default the name is the organization's":   {org("zylker", john), []string{"zylker.crm.example.com"}},
		"A1: another can be chosen":                       {org("zylker", john).at("shop", ""), []string{"shop.crm.example.com"}},
		"A1: a custom domain comes second":                {org("zylker", john).at("shop", crm).claiming(crm), []string{"shop.crm.example.com", crm}},
		"A1: a custom domain leaves the default as it is": {org("zylker", john).at("", crm).claiming(crm), []string{"zylker.crm.example.com", crm}},
		"A8: a custom domain that is not proved is none":  {org("zylker", john).at("", crm), []string{"zylker.crm.example.com"}},
		"A8: nor is one of which another was proved":      {org("zylker", john).at("", crm).claiming("crm.zylker.net"), []string{"zylker.crm.example.com"}},
		"A8: nor one that is not asked for any more":      {org("zylker", john).claiming(crm), []string{"zylker.crm.example.com"}},
		"A2: the claim of a former organization counts for nothing": {
			org("zylker", john).at("", crm).claiming(crm).named("later"), []string{"zylker.crm.example.com"},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, rules.Hosts(tc.organization.Organization, baseDomain)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHostsAreHeldOnce(t *testing.T) {
	mine := world{}.with(org("own", john))
	third := org("third", john)
	lead := by(user(john))
	run(t, map[string]testCase{
		"A2: a free host is taken": {mine, lead.creates(third.at("shop", "")), nil, false, nil},
		"A2: a host that another asked for is not": {
			mine.with(org("hidden", carol).at("shop", "")), lead.creates(third.at("shop", "")), []string{"A2"}, false, []string{"spec.accessURL", "shop.crm.example.com is not free; choose another"},
		},
		"A2: nor one that another has by default": {mine.with(org("shop", carol)), lead.creates(third.at("shop", "")), []string{"A2"}, false, nil},
		"A2: nor one that another still serves": {
			mine.with(org("hidden", carol).having(func(o *v1alpha1.Organization) { o.Status.Hosts = []string{"shop.crm.example.com"} })),
			lead.creates(third.at("shop", "")), []string{"A2"}, false, nil,
		},
		"A7: nor one of what is being deleted": {mine.with(org("hidden", carol).at("shop", "").terminating()), lead.creates(third.at("shop", "")), []string{"A2"}, false, nil},
		"A2: two at once do not both get it":   {mine.perhaps(org("hidden", carol).at("shop", "")), lead.creates(third.at("shop", "")), []string{"A2"}, true, nil},
		"A2: one that may be given up is waited for": {
			mine.changing(org("hidden", carol).at("shop", ""), org("hidden", carol)), lead.creates(third.at("shop", "")), []string{"A2"}, true, nil,
		},
		"A6: a host that is reserved to nobody is not free":      {mine.with(reserve("shop.crm.example.com")), lead.creates(third.at("shop", "")), []string{"A2"}, false, nil},
		"A6: one that is reserved to another is not taken":       {mine.with(reserve("shop.crm.example.com").heldFor(org("hidden", carol))), lead.creates(third.at("shop", "")), []string{"A2"}, false, nil},
		"A6: its former organization takes it back":              {mine.with(reserve("shop.crm.example.com").heldFor(third)), lead.changes(third, third.at("shop", "")), nil, false, nil},
		"A2: a later organization of that name inherits nothing": {mine.with(reserve("shop.crm.example.com").heldFor(third)), lead.creates(third.named("later").at("shop", "")), []string{"A2"}, false, nil},
		"A6: a platform actor reserves a free host":              {mine, by(platform).creates(reserve("shop.crm.example.com")), nil, false, nil},
		"A6: and one that is still served to its organization":   {mine.with(third.at("shop", "")), by(platform).creates(reserve("shop.crm.example.com").heldFor(third)), nil, false, nil},
		"A2: not one that is in use, without an organization":    {mine.with(third.at("shop", "")), by(platform).creates(reserve("shop.crm.example.com")), []string{"A2"}, false, []string{"metadata.name: the host shop.crm.example.com is in use"}},
		"A6: nobody else reserves":                               {mine, lead.creates(reserve("shop.crm.example.com")), []string{"A6"}, false, nil},
		"A6: or frees":                                           {mine, lead.deletes(reserve("shop.crm.example.com")), []string{"A6"}, false, nil},
		"A6: a platform actor frees":                             {mine, by(platform).deletes(reserve("shop.crm.example.com")), nil, false, nil},
		"L9: a host that two got hold of past admission hinders neither's other changes": {
			mine.with(org("hidden", carol).at("shop", "")), lead.changes(third.at("shop", ""), third.at("shop", "").restricted()), nil, false, nil,
		},
	})
}

func TestAccessName(t *testing.T) {
	mine := world{}.with(org("own", john))
	lead := by(user(john))
	other := policyWith(reserved("other"))
	shop := policyWith(reserved("shop"))
	run(t, map[string]testCase{
		"A4: a reserved name is not chosen":                                                   {mine, lead.creates(org("third", john).at("login", "")), []string{"A4"}, false, []string{"spec.accessURL.name", `"login" is reserved`, "choose another"}},
		"A4: nor had by default":                                                              {mine, lead.creates(org("www", john)), []string{"A4"}, false, []string{"metadata.name"}},
		"A4: an organization of such a name may choose another":                               {mine, lead.creates(org("www", john).at("shop", "")), nil, false, nil},
		"A4: the policy says which":                                                           {mine.with(shop), lead.creates(org("third", john).at("shop", "")), []string{"A4"}, false, nil},
		"A4: and instead of, not beside, the built-in":                                        {mine.with(shop), lead.creates(org("www", john)), nil, false, nil},
		"A4: a name that may be reserved in a moment waits":                                   {mine.changing(other, shop), lead.creates(org("shop", john)), []string{"A4"}, true, nil},
		"A4: so does one that the first policy may free":                                      {mine.perhaps(other), lead.creates(org("www", john)), []string{"A4"}, true, nil},
		"A4: the name of the page where people sign in is nobody's, whatever the policy says": {mine.with(shop), lead.portal("enter").creates(org("third", john).at("enter", "")), []string{"A4"}, false, []string{"spec.accessURL.name", "where people sign in", "choose another"}},
		"A4: nor is it had by default":                                                        {mine.with(shop), by(platform).portal("enter").creates(org("enter", john)), []string{"A4"}, false, []string{"metadata.name"}},
		"L9: an organization that had the name before keeps it":                               {mine, lead.portal("shop").changes(org("shop", john), org("shop", john).restricted()), nil, false, nil},
		"A4: a custom domain lies outside the base domain":                                    {mine, lead.creates(org("third", john).at("", "shop.crm.example.com")), []string{"A4"}, false, []string{"spec.accessURL.customDomain", "outside crm.example.com"}},
		"A4: nor is it the base domain":                                                       {mine, lead.creates(org("third", john).at("", "crm.example.com")), []string{"A4"}, false, nil},
		"A4: a domain that only ends alike is outside":                                        {mine, lead.creates(org("third", john).at("", "zylkercrm.example.com")), nil, false, nil},
		"L9: a name that became reserved since is kept": {
			mine.with(shop), lead.changes(org("shop", john), org("shop", john).restricted()), nil, false, nil,
		},
		"L9: and not taken back once it was given up": {
			mine.with(shop), lead.changes(org("shop", john).at("other", ""), org("shop", john)), []string{"A4"}, false, nil,
		},
	})
}

// encoded are names beyond ASCII as DNS has them.
func TestInternationalNames(t *testing.T) {
	mine, lead := world{}.with(org("own", john)), by(user(john))
	cases := map[string]testCase{}
	for name, what := range map[string]string{
		"xn--caf-dma": "café", "xn--fiqs8s": "Chinese", "xn--zckzah": "Japanese", "xn--mgbh0fb": "Arabic", "xn--9n2bp8q": "Korean",
		"zy--lker": "hyphens", "xnet": "plain",
	} {
		cases["A4: an access URL may be named "+what] = testCase{mine, lead.creates(org("third", john).at(name, "")), nil, false, nil}
		cases["A4: a domain may be named "+what] = testCase{mine, lead.creates(org("third", john).at("", name+".com")), nil, false, nil}
	}
	for name, what := range map[string]string{
		"xn--80ak6aa92e": "apple in Cyrillic letters", "xn--pple-43d": "apple with one Cyrillic letter", "xn--mxail5aa": "Greek",
		"xn--caf-dma-xn--": "what does not decode", "xn--zylker-": "what stands for plain letters", "xn--a": "half a name",
	} {
		cases["A4: no access URL is named as "+what] = testCase{
			mine, lead.creates(org("third", john).at(name, "")), []string{"A4"}, false, []string{"spec.accessURL.name", "choose another"},
		}
	}
	for _, name := range []string{"xn--zylker-", "xn--a", "xn--caf-dma-xn--"} {
		cases["A4: no domain is named as "+name] = testCase{
			mine, lead.creates(org("third", john).at("", "crm."+name+".com")), []string{"A4"}, false, []string{"spec.accessURL.customDomain"},
		}
	}
	cases["A4: an organization's own name obeys the same"] = testCase{
		mine, lead.creates(org("xn--80ak6aa92e", john)), []string{"A4"}, false, []string{"metadata.name"},
	}
	cases["A4: unless it is not the access URL's"] = testCase{mine, lead.creates(org("xn--80ak6aa92e", john).at("apples", "")), nil, false, nil}
	cases["L9: what was named so before is not asked again"] = testCase{
		mine, by(platform).changes(org("third", john).at("xn--a", "co.uk"), org("third", john).at("xn--a", "co.uk").on(v1alpha1.EditionStandard, 3)), nil, false, nil,
	}
	run(t, cases)
}

func TestPublicSuffixes(t *testing.T) {
	mine, lead := world{}.with(org("own", john)), by(user(john))
	cases := map[string]testCase{}
	for _, suffix := range []string{"co.uk", "com.au", "github.io", "blogspot.com", "foo.ck", "foo.kobe.jp", "s3.amazonaws.com"} {
		cases["A4: nobody brings "+suffix] = testCase{
			mine, lead.creates(org("third", john).at("", suffix)), []string{"A4"}, false, []string{"spec.accessURL.customDomain", "anybody can register"},
		}
	}
	for _, domain := range []string{"zylker.co.uk", "crm.zylker.com", "zylker.github.io", "www.ck", "city.kobe.jp", "zylker.internal"} {
		cases["A4: somebody brings "+domain] = testCase{mine, lead.creates(org("third", john).at("", domain)), nil, false, nil}
	}
	run(t, cases)
}
