// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

const (
	day      = 24 * time.Hour
	crm      = "crm.zylker.com"
	crmValue = "polyorg-abcdefghijklmnopqrstuvwxyz234567"
)

var (
	found    = rules.DomainLook{Answer: rules.DomainFound}
	notFound = rules.DomainLook{Answer: rules.DomainNotFound, Reason: "the name did not exist", Repeats: 5 * time.Minute}
	unknown  = rules.DomainLook{Answer: rules.DomainUnknown, Reason: "the DNS resolver did not answer in time"}
)

// course is a claim and the clock beside it. Its steps change both.
type course struct {
	rules.DomainClaim
	now time.Time
}

type step func(course) course

// begin is a claim of an organization that begins now.
func begin(holder types.UID) course {
	return course{rules.ClaimDomain(rules.DefaultPolicy, rules.DomainClaim{}, holder, crm, false, now), now}
}

func (c course) then(steps ...step) course {
	for _, s := range steps {
		c = s(c)
	}
	return c
}

func wait(d time.Duration) step {
	return func(c course) course {
		c.now = c.now.Add(d)
		return c
	}
}

// looks are as many looks with one result, each an hour after the last.
func looks(n int, l rules.DomainLook) step {
	return func(c course) course {
		for i := range n {
			if i > 0 {
				c.now = c.now.Add(time.Hour)
			}
			c.DomainClaim = c.Looked(rules.DefaultPolicy, l, time.Time{}, c.now)
		}
		return c
	}
}

func look(l rules.DomainLook) step { return looks(1, l) }

func waive(waived bool) step {
	return func(c course) course {
		c.DomainClaim = rules.ClaimDomain(rules.DefaultPolicy, c.DomainClaim, c.Holder, c.Domain, waived, c.now)
		return c
	}
}

func displaced(c course) course {
	c.DomainClaim = c.Displaced(c.now)
	return c
}

// missingFor are seven days of looks that do not find the record of a proved domain, and some hours.
func missingFor(hours int) step { return looks(hours+1, notFound) }

func TestDomainStates(t *testing.T) {
	for sentence, tc := range map[string]struct {
		steps []step
		want  rules.DomainState
	}{
		"A8: a claim begins without proof":                       {nil, rules.DomainProvisional},
		"A8: an unproved claim waits for 7 days":                 {[]step{look(notFound), wait(7*day - time.Second)}, rules.DomainProvisional},
		"A8: an unproved claim lapses after 7 days":              {[]step{look(notFound), wait(7 * day)}, rules.DomainLapsed},
		"A8: it lapses also where DNS does not answer":           {[]step{looks(10, unknown), wait(7 * day)}, rules.DomainLapsed},
		"A8: it lapses also where nobody looked":                 {[]step{wait(7 * day)}, rules.DomainLapsed},
		"A8: a record proves":                                    {[]step{look(found)}, rules.DomainProved},
		"A8: a record that comes late proves":                    {[]step{look(notFound), wait(3 * day), look(found), wait(30 * day)}, rules.DomainProved},
		"A8: a record that comes after the claim lapsed proves":  {[]step{look(notFound), wait(8 * day), look(found)}, rules.DomainProved},
		"A8: an unknown answer ends no proof":                    {[]step{look(found), looks(1000, unknown)}, rules.DomainProved},
		"A8: a record that vanishes is missing first":            {[]step{look(found), wait(day), look(notFound)}, rules.DomainMissing},
		"A8: it has 7 days to come back":                         {[]step{look(found), missingFor(7*24 - 1)}, rules.DomainMissing},
		"A8: it lapses after these 7 days":                       {[]step{look(found), missingFor(7 * 24)}, rules.DomainLapsed},
		"A8: the clock alone ends no proof":                      {[]step{look(found), look(notFound), wait(365 * day)}, rules.DomainMissing},
		"A8: nor do unknown answers while it is missing":         {[]step{look(found), look(notFound), looks(30*24, unknown)}, rules.DomainMissing},
		"A8: nor one look after an operator's absence":           {[]step{look(found), look(notFound), wait(30 * day), look(notFound)}, rules.DomainMissing},
		"A8: a day of looks after such an absence does":          {[]step{look(found), look(notFound), wait(30 * day), looks(23, notFound)}, rules.DomainLapsed},
		"A8: a record that comes back is proof":                  {[]step{look(found), missingFor(100), look(found)}, rules.DomainProved},
		"A8: and has 7 days again when it vanishes again":        {[]step{look(found), missingFor(150), look(found), missingFor(150)}, rules.DomainMissing},
		"A8: an unknown answer brings no lapsed claim back":      {[]step{look(found), missingFor(7 * 24), look(unknown)}, rules.DomainLapsed},
		"A8: a waiver needs no proof":                            {[]step{waive(true), wait(365 * day)}, rules.DomainProved},
		"A8: a waiver brings a lapsed claim back":                {[]step{wait(8 * day), waive(true)}, rules.DomainProved},
		"A8: a waiver counts more than a record that is missing": {[]step{look(found), missingFor(100), waive(true), missingFor(300)}, rules.DomainProved},
		"A8: the end of a waiver leaves time for the record":     {[]step{waive(true), wait(day), waive(false)}, rules.DomainMissing},
		"A8: and without the record, the claim lapses":           {[]step{waive(true), waive(false), missingFor(7 * 24)}, rules.DomainLapsed},
		"A8: and with it, the claim is proved":                   {[]step{waive(true), waive(false), look(found)}, rules.DomainProved},
		"A2: a claim that lost the domain has to be proved anew": {[]step{look(found), look(notFound), displaced, wait(time.Hour)}, rules.DomainLapsed},
		"A2: and a waiver is not lost":                           {[]step{waive(true), displaced, wait(time.Hour)}, rules.DomainProved},
	} {
		t.Run(sentence, func(t *testing.T) {
			c := begin("uid-1").then(tc.steps...)
			if got := c.State(c.now); got != tc.want {
				t.Errorf("%s, want %s: %+v", got, tc.want, c)
			}
			if want := tc.want == rules.DomainProved || tc.want == rules.DomainMissing; c.Holds() != want {
				t.Errorf("holds the domain: %t, want %t", c.Holds(), want)
			}
		})
	}
}

func TestDomainClaimsBeginAndGoOn(t *testing.T) {
	proved := begin("uid-1").then(look(found), wait(day))
	for sentence, tc := range map[string]struct {
		holder types.UID
		domain string
		goesOn bool
	}{
		"A8: a claim goes on":                                     {"uid-1", crm, true},
		"A8: another domain is another claim":                     {"uid-1", "crm.zylker.net", false},
		"A2: a later organization of the same name inherits none": {"uid-2", crm, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := rules.ClaimDomain(rules.DefaultPolicy, proved.DomainClaim, tc.holder, tc.domain, false, proved.now)
			want := proved.DomainClaim
			if !tc.goesOn {
				want = rules.DomainClaim{Domain: tc.domain, Holder: tc.holder, Until: proved.now.Add(7 * day)}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestL9TheEndOfAClaimIsPromised(t *testing.T) {
	c := begin("uid-1").then(wait(2 * day))
	shorter := rules.DefaultPolicy
	shorter.UnprovedDays = 1
	got := rules.ClaimDomain(shorter, c.DomainClaim, c.Holder, c.Domain, false, c.now)
	if got.State(c.now) != rules.DomainProvisional || !got.Until.Equal(now.Add(7*day)) {
		t.Errorf("got %+v", got)
	}
	if later := rules.ClaimDomain(shorter, rules.DomainClaim{}, "uid-2", crm, false, now); !later.Until.Equal(now.Add(day)) {
		t.Errorf("A8: the policy's days count: %+v", later)
	}
	if unset := rules.ClaimDomain(rules.Policy{}, rules.DomainClaim{}, "uid-2", crm, false, now); !unset.Until.Equal(now.Add(7 * day)) {
		t.Errorf("A8: a policy without a number is the rulebook's: %+v", unset)
	}
}

func TestNextLookAtADomain(t *testing.T) {
	asked := now.Add(time.Hour)
	for sentence, tc := range map[string]struct {
		steps     []step
		requested time.Time
		want      time.Duration // after the last look, or after now where there was none
		never     bool
	}{
		"A8: the first at once":                                 {nil, time.Time{}, 0, false},
		"A8: the second after a minute":                         {[]step{look(notFound)}, time.Time{}, time.Minute, false},
		"A8: then the time doubles":                             {[]step{looks(4, notFound)}, time.Time{}, 8 * time.Minute, false},
		"A8: up to an hour":                                     {[]step{looks(50, notFound)}, time.Time{}, time.Hour, false},
		"A8: unknown answers count alike":                       {[]step{looks(2, notFound), looks(2, unknown)}, time.Time{}, 8 * time.Minute, false},
		"A8: a proved domain once a day":                        {[]step{look(found)}, time.Time{}, day, false},
		"A8: a proved domain soon after an unknown answer":      {[]step{look(found), look(unknown)}, time.Time{}, time.Minute, false},
		"A8: a proved domain once an hour in a long outage":     {[]step{look(found), looks(50, unknown)}, time.Time{}, time.Hour, false},
		"A8: soon after a record vanished":                      {[]step{looks(20, notFound), look(found), look(notFound)}, time.Time{}, time.Minute, false},
		"A8: once an hour while it is missing":                  {[]step{look(found), looks(50, notFound)}, time.Time{}, time.Hour, false},
		"A8: once a day after the claim lapsed":                 {[]step{look(notFound), wait(8 * day), look(notFound)}, time.Time{}, day, false},
		"A8: at once where somebody asks":                       {[]step{look(found)}, asked, 10 * time.Second, false},
		"A8: at once after a claim lapsed, where somebody asks": {[]step{wait(8 * day), look(notFound)}, asked, 10 * time.Second, false},
		"A8: never where the platform needs no proof":           {[]step{waive(true)}, asked, 0, true},
		"A8: at once when that ends":                            {[]step{look(found), waive(true), wait(day), waive(false)}, time.Time{}, 0, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			c := begin("uid-1").then(tc.steps...)
			at, needed := c.NextLook(tc.requested, c.now)
			from := c.LookedAt
			if from.IsZero() {
				from = c.now
			}
			if needed == tc.never || needed && at.Sub(from) != tc.want {
				t.Errorf("got %s after %s (%t), want %s", at.Sub(from), from, needed, tc.want)
			}
		})
	}
}

func TestA8ARequestIsAnsweredOnce(t *testing.T) {
	c := begin("uid-1").then(look(found)).DomainClaim
	asked, at := now.Add(time.Minute), now.Add(2*time.Minute)
	c = c.Looked(rules.DefaultPolicy, found, asked, at)
	for _, requested := range []time.Time{asked, asked.Add(-time.Second), {}} {
		if next, _ := c.NextLook(requested, at); next.Sub(at) != day {
			t.Errorf("a request of %s is answered again, at %s", requested, next)
		}
	}
	if next, _ := c.NextLook(asked.Add(time.Second), at); next.Sub(at) != 10*time.Second {
		t.Errorf("a new request is answered at %s", next)
	}
}

func TestDomainsThatTwoOrganizationsClaim(t *testing.T) {
	for sentence, tc := range map[string]struct {
		one, other []step
		want       bool // the one takes the domain
		wantOther  bool // the other does
	}{
		"A2: without a proof nobody takes it":                    {nil, nil, false, false},
		"A8: a proof displaces an older unproved claim":          {[]step{wait(time.Hour), look(found)}, []step{look(notFound)}, true, false},
		"A8: also one that has lapsed":                           {[]step{wait(8 * day), look(found)}, nil, true, false},
		"A8: a record that is there displaces one that was":      {[]step{wait(2 * day), look(found)}, []step{look(found), wait(2 * day), look(notFound)}, true, false},
		"A8: a record that was displaces an unproved claim":      {[]step{look(found), look(notFound)}, []step{look(notFound)}, true, false},
		"A2: of two that are proved, the first keeps it":         {[]step{look(found)}, []step{wait(time.Second), look(found)}, true, false},
		"A2: of two proved in one second, only one has it":       {[]step{look(found)}, []step{look(found)}, true, false},
		"A8: a waiver displaces an unproved claim":               {[]step{wait(time.Hour), waive(true)}, []step{look(notFound)}, true, false},
		"A2: a waiver takes nothing from a record that is there": {[]step{look(found)}, []step{wait(time.Hour), waive(true)}, true, false},
		"A2: who lost the domain comes behind with a new proof": {
			[]step{wait(2 * day), look(found)}, []step{look(found), wait(2 * day), look(notFound), displaced, wait(time.Hour), look(found)}, true, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			one, other := begin("uid-1").then(tc.one...), begin("uid-2").then(tc.other...)
			at := one.now
			if other.now.After(at) {
				at = other.now
			}
			if got := one.TakesDomain(other.DomainClaim, at); got != tc.want {
				t.Errorf("the one takes it: %t, want %t", got, tc.want)
			}
			if got := other.TakesDomain(one.DomainClaim, at); got != tc.wantOther {
				t.Errorf("the other takes it: %t, want %t", got, tc.wantOther)
			}
		})
	}
}

func TestA2AClaimTakesNothingFromItselfNorFromOtherDomains(t *testing.T) {
	c := begin("uid-1").then(look(found)).DomainClaim
	elsewhere := rules.ClaimDomain(rules.DefaultPolicy, rules.DomainClaim{}, "uid-2", "crm.zylker.net", false, now)
	if c.TakesDomain(c, now) || c.TakesDomain(elsewhere, now) {
		t.Error("it does")
	}
}

func TestDomainsAreToldInTime(t *testing.T) {
	end := now.Add(7 * day)
	for sentence, tc := range map[string]struct {
		steps      []step
		wantSoon   bool
		wantChange time.Time
	}{
		"A8: first the warning":                         {nil, false, end.Add(-2 * day)},
		"A8: in the last two days the end":              {[]step{wait(5 * day)}, true, end},
		"A8: after it nothing":                          {[]step{wait(7 * day)}, false, time.Time{}},
		"A8: a proof changes by looks alone":            {[]step{look(found)}, false, time.Time{}},
		"A8: a record that is missing is warned of too": {[]step{look(found), look(notFound), wait(6 * day)}, true, end},
	} {
		t.Run(sentence, func(t *testing.T) {
			c := begin("uid-1").then(tc.steps...)
			if got := c.LapsesSoon(c.now); got != tc.wantSoon {
				t.Errorf("lapses soon: %t, want %t", got, tc.wantSoon)
			}
			if got := c.NextChange(c.now); !got.Equal(tc.wantChange) {
				t.Errorf("changes at %s, want %s", got, tc.wantChange)
			}
		})
	}
}

func TestDomainText(t *testing.T) {
	const record = `Write a DNS record of type TXT, with the name "_polyorg-challenge.crm.zylker.com" and the value "` + crmValue + `".`
	for sentence, tc := range map[string]struct {
		steps []step
		want  string
	}{
		"A8: before the first look": {nil, "crm.zylker.com is not served: nothing proves yet that it belongs to this organization. " + record +
			" The claim ends at 2026-03-09T12:00:00Z. (A8)"},
		"A8: after a look": {[]step{look(notFound)}, "crm.zylker.com is not served: nothing proves yet that it belongs to this organization. " + record +
			" The claim ends at 2026-03-09T12:00:00Z. At the last look, at 2026-03-02T12:00:00Z, the name did not exist." +
			" The DNS resolver may repeat this answer until 2026-03-02T12:05:00Z. (A8)"},
		"A8: missing": {[]step{look(found), wait(day), look(unknown), look(notFound)}, "crm.zylker.com is served until 2026-03-10T12:00:00Z: the DNS record of " +
			"its proof is missing. " + record + " At the last look, at 2026-03-03T12:00:00Z, the name did not exist." +
			" The DNS resolver may repeat this answer until 2026-03-03T12:05:00Z. (A8)"},
		"A8: lapsed": {[]step{wait(8 * day)}, "crm.zylker.com is not served: the claim ended at 2026-03-09T12:00:00Z, because its DNS record was not found. " +
			record + " Then set the annotation polyorg.io/verify-domain-requested-at to the time of now. (A8)"},
		"A8: proved": {[]step{look(found)}, "A DNS record proves that crm.zylker.com belongs to this organization. Keep the TXT record " +
			"_polyorg-challenge.crm.zylker.com. (A8)"},
		"A8: proved, in an outage": {[]step{look(found), look(unknown)}, "A DNS record proves that crm.zylker.com belongs to this organization. Keep the TXT " +
			"record _polyorg-challenge.crm.zylker.com. At the last look, at 2026-03-02T12:00:00Z, the DNS resolver did not answer in time. (A8)"},
		"A8: waived": {[]step{waive(true)}, "The platform needs no proof that crm.zylker.com belongs to this organization (A8)"},
	} {
		t.Run(sentence, func(t *testing.T) {
			c := begin("uid-1").then(tc.steps...)
			if diff := cmp.Diff(tc.want, c.Text(crmValue, c.now)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	if text := rules.DomainTakenText(crm); !strings.Contains(text, crm) || !strings.Contains(text, "A8") {
		t.Errorf("U3: got %q", text)
	}
}

func TestDomainProof(t *testing.T) {
	act := rules.Act{Actor: user(john), Now: now, BaseDomain: baseDomain}
	with := func(domain string, annotations map[string]string) *v1alpha1.Organization {
		o := org("zylker", john).Organization
		o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: domain}
		o.Annotations = annotations
		return o
	}
	asks := func(text string) map[string]string {
		return map[string]string{v1alpha1.VerifyDomainRequestedAtAnnotation: text}
	}
	waives := func(text string) map[string]string {
		return map[string]string{v1alpha1.DomainProofWaivedAnnotation: text}
	}
	long := strings.Repeat("a.", 116) + "com" // 235 characters
	for sentence, tc := range map[string]struct {
		before, after *v1alpha1.Organization
		want          string
	}{
		"A8: a request of now":            {with(crm, nil), with(crm, asks("2026-03-02T12:00:00Z")), ""},
		"A8: a request that is no time":   {with(crm, nil), with(crm, asks("now")), `"now" is no RFC 3339 time; write for example 2026-03-02T12:00:00Z [A8]`},
		"A8: a request of tomorrow":       {with(crm, nil), with(crm, asks("2026-03-03T12:00:00Z")), "2026-03-03T12:00:00Z is in the future; write the time of now"},
		"A8: one that was there before":   {with(crm, asks("now")), with(crm, asks("now")), ""},
		"A8: a waiver of its domain":      {with(crm, nil), with(crm, waives(crm)), ""},
		"A8: a waiver of another domain":  {with(crm, nil), with(crm, waives("zylker.com")), `it waives the proof of "zylker.com", and the organization's custom domain is "crm.zylker.com"; write`},
		"A8: a waiver of an older domain": {with(crm, waives(crm)), with("crm.zylker.net", waives(crm)), ""},
		"A8: no waiver":                   {with(crm, waives(crm)), with(crm, nil), ""},
		"A8: the longest domain":          {with("", nil), with(long[1:], nil), ""},
		"A8: a domain that is too long":   {with("", nil), with(long, nil), "a domain of more than 234 characters cannot have the DNS record"},
		"A8: a long domain without proof": {with("", nil), with(long, waives(long)), ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := rules.DomainProof(act, tc.before, tc.after).String()
			if !strings.Contains(got, tc.want) || (got == "") != (tc.want == "") {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestA8AWaiverIsForOneDomain(t *testing.T) {
	o := org("zylker", john).Organization
	o.Annotations = map[string]string{v1alpha1.DomainProofWaivedAnnotation: ""}
	if rules.DomainProofWaived(o) {
		t.Error("an organization without a domain is waived")
	}
	o.Annotations[v1alpha1.DomainProofWaivedAnnotation] = crm
	o.Spec.AccessURL = &v1alpha1.AccessURL{CustomDomain: crm}
	if !rules.DomainProofWaived(o) {
		t.Error("its domain is not waived")
	}
	o.Spec.AccessURL.CustomDomain = "crm.zylker.net"
	if rules.DomainProofWaived(o) {
		t.Error("another domain is waived")
	}
}

// People cannot waive the proof of their own domain.
func TestA8OnlyThePlatformWaives(t *testing.T) {
	before, after := org("zylker", john).Organization, org("zylker", john).Organization
	after.Annotations = map[string]string{v1alpha1.DomainProofWaivedAnnotation: crm}
	if vs := rules.Metadata(rules.Act{Actor: user(john), Now: now}, before, after); !vs.Forbid() {
		t.Errorf("a person may: %s", vs)
	}
	if vs := rules.Metadata(rules.Act{Actor: platform, Now: now}, before, after); len(vs) > 0 {
		t.Errorf("the platform may not: %s", vs)
	}
}
