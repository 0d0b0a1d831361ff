// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/domains/domainstest"
	"github.com/polyorg/polyorg/internal/rules"
)

const (
	domain = "crm.zylker.com"
	owner  = "_polyorg-challenge.crm.zylker.com."
	value  = "polyorg-abcdefghijklmnopqrstuvwxyz234567"
	older  = "polyorg-bcdefghijklmnopqrstuvwxyz234567a"
	others = "polyorg-cdefghijklmnopqrstuvwxyz234567ab"
)

func challenge() Challenge {
	return Challenge{Name: rules.ChallengeName(domain), Value: value, older: []string{older}}
}

func txt(text string) string { return owner + ` 60 IN TXT "` + text + `"` + "\n" }

// many are records that fit into no UDP packet.
func many() (zone string) {
	for i := range 40 {
		zone += txt(fmt.Sprintf("%d%s", i, strings.Repeat("x", 200)))
	}
	return zone
}

func TestA8TheRecordInDNSDecides(t *testing.T) {
	for sentence, tc := range map[string]struct {
		zone       string
		want       rules.DomainAnswer
		wantReason string
	}{
		"A8: the record proves":                     {txt(value), rules.DomainFound, ""},
		"A8: so does the value of an older key":     {txt(older), rules.DomainFound, ""},
		"A8: one of several records is enough":      {txt("v=spf1 -all") + txt(others) + txt(value), rules.DomainFound, ""},
		"A8: strings of one record are one text":    {owner + ` 60 IN TXT "polyorg-abcdefgh" "ijklmnopqrstuvw" "xyz234567"`, rules.DomainFound, ""},
		"A8: a value in capitals":                   {txt(strings.ToUpper(value)), rules.DomainFound, ""},
		"A8: a value copied with quotes and spaces": {txt(` \"` + value + `\" `), rules.DomainFound, ""},
		"A8: a name written in capitals":            {strings.ToUpper(owner) + ` 60 IN TXT "` + value + `"`, rules.DomainFound, ""},
		"A8: more records than fit into a packet":   {many() + txt(value), rules.DomainFound, ""},
		"A8: an alias leads to the record":          {owner + " 60 IN CNAME proof.example.net.\nproof.example.net. 60 IN TXT " + value, rules.DomainFound, ""},
		"A8: a wildcard with the value is a record": {"*.crm.zylker.com. 60 IN TXT " + value, rules.DomainFound, ""},
		"A8: a name that there is not proves nothing": {"zylker.com. 60 IN A 192.0.2.1", rules.DomainNotFound,
			"_polyorg-challenge.crm.zylker.com did not exist"},
		"A8: nor a name without a TXT record": {owner + " 60 IN A 192.0.2.1", rules.DomainNotFound,
			"_polyorg-challenge.crm.zylker.com had no TXT record"},
		"A8: nor another organization's value": {txt(others), rules.DomainNotFound,
			`_polyorg-challenge.crm.zylker.com had another value: "` + others + `"`},
		"A8: nor a part of the value":               {txt(value[:len(value)-1]), rules.DomainNotFound, "another value"},
		"A8: nor a text that contains the value":    {txt("x" + value), rules.DomainNotFound, "another value"},
		"A8: nor two records that have it together": {txt(value[:20]) + txt(value[20:]), rules.DomainNotFound, "had 2 TXT records, and none with this value"},
		"A8: nor an empty record":                   {txt(""), rules.DomainNotFound, "another value"},
		"A8: nor the record of the domain itself":   {"crm.zylker.com. 60 IN TXT " + value, rules.DomainNotFound, "did not exist"},
		"A8: nor that of a name above":              {"_polyorg-challenge.zylker.com. 60 IN TXT " + value, rules.DomainNotFound, "did not exist"},
		"A8: nor a wildcard with another value":     {"*.crm.zylker.com. 60 IN TXT anything", rules.DomainNotFound, `had another value: "anything"`},
		"A8: nor a wildcard alias of a host": {"*.crm.zylker.com. 60 IN CNAME lb.example.net.\nlb.example.net. 60 IN A 192.0.2.1", rules.DomainNotFound,
			`is an alias of "lb.example.net", which had no TXT record`},
		"A8: nor an alias of nothing": {owner + " 60 IN CNAME gone.example.net.", rules.DomainNotFound, `is an alias of "gone.example.net", which did not exist`},
		"A8: nor aliases in a circle": {owner + " 60 IN CNAME a.example.net.\na.example.net. 60 IN CNAME " + owner, rules.DomainNotFound,
			"the aliases of _polyorg-challenge.crm.zylker.com lead to no end"},
		"A8: nor many records without the value": {many(), rules.DomainNotFound, "had 40 TXT records"},
		"A8: a long text is shown in part":       {txt(strings.Repeat("é", 60)), rules.DomainNotFound, `…"`},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := domainstest.Start(t, tc.zone)
			look, err := resolver(s.Address).Look(t.Context(), challenge())
			if err != nil {
				t.Fatal(err)
			}
			if look.Answer != tc.want || !strings.Contains(look.Reason, tc.wantReason) || (look.Reason == "") != (tc.wantReason == "") {
				t.Errorf("got %+v, want %s: %s", look, tc.want, tc.wantReason)
			}
		})
	}
}

func TestA8AChainOfAliasesIsFollowed(t *testing.T) {
	zone, name := "", owner
	for i := range mostAliases - 1 {
		next := fmt.Sprintf("a%d.example.net.", i)
		zone += name + " 60 IN CNAME " + next + "\n"
		name = next
	}
	s := domainstest.Start(t, zone+name+" 60 IN TXT "+value)
	if look, err := resolver(s.Address).Look(t.Context(), challenge()); look.Answer != rules.DomainFound {
		t.Errorf("got %+v, %v", look, err)
	}
}

func TestA8AnInternationalDomain(t *testing.T) {
	s := domainstest.Start(t, "_polyorg-challenge.xn--zylkr-esa.com. 60 IN TXT "+value)
	c := Challenge{Name: rules.ChallengeName("xn--zylkr-esa.com"), Value: value}
	if look, err := resolver(s.Address).Look(t.Context(), c); look.Answer != rules.DomainFound {
		t.Errorf("got %+v, %v", look, err)
	}
}

func TestA8TruncatedAnswersAreAskedForByTCP(t *testing.T) {
	s := domainstest.Start(t, many()+txt(value))
	if look, err := resolver(s.Address).Look(t.Context(), challenge()); look.Answer != rules.DomainFound {
		t.Errorf("got %+v, %v", look, err)
	}
	if asked, tcp := s.Count(); asked != 2 || tcp != 1 {
		t.Errorf("%d questions, %d by TCP; want one by UDP and one by TCP", asked, tcp)
	}
}

func TestA8AResolverMayChangeTheCaseOfNames(t *testing.T) {
	s := domainstest.Start(t, txt(value))
	upper := func(m *dns.Msg) {
		m.Question[0].Name = strings.ToUpper(m.Question[0].Name)
		for _, rr := range m.Answer {
			rr.Header().Name = "_PolyOrg-Challenge.CRM.zylker.com."
		}
	}
	s.Set(func() { s.Change = upper })
	if look, err := resolver(s.Address).Look(t.Context(), challenge()); look.Answer != rules.DomainFound {
		t.Errorf("got %+v, %v", look, err)
	}
}

func TestA8WithoutAnAnswerNothingIsKnown(t *testing.T) {
	for sentence, tc := range map[string]struct {
		rcode      int
		change     func(*dns.Msg)
		wantReason string
	}{
		"A8: SERVFAIL":                         {dns.RcodeServerFailure, nil, "(SERVFAIL)"},
		"A8: REFUSED":                          {dns.RcodeRefused, nil, "(REFUSED)"},
		"A8: FORMERR":                          {dns.RcodeFormatError, nil, "(FORMERR)"},
		"A8: a code that has no name":          {15, nil, "(code 15)"},
		"A8: SERVFAIL beside the record":       {0, func(m *dns.Msg) { m.Rcode = dns.RcodeServerFailure }, "(SERVFAIL)"},
		"A8: an answer to another question":    {0, func(m *dns.Msg) { m.Question[0].Name = "evil.example.net." }, "makes no sense"},
		"A8: an answer of another type":        {0, func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeA }, "makes no sense"},
		"A8: an answer without a question":     {0, func(m *dns.Msg) { m.Question = nil }, "makes no sense"},
		"A8: a question in place of an answer": {0, func(m *dns.Msg) { m.Response = false }, "makes no sense"},
		"A8: a server that resolves nothing":   {0, func(m *dns.Msg) { m.RecursionAvailable, m.Answer = false, nil }, "only for domains of its own"},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := domainstest.Start(t, txt(value))
			s.Set(func() { s.Rcode, s.Change = tc.rcode, tc.change })
			look, err := resolver(s.Address).Look(t.Context(), challenge())
			if look.Answer != rules.DomainUnknown || !strings.Contains(look.Reason, tc.wantReason) {
				t.Errorf("got %+v, want Unknown: %s", look, tc.wantReason)
			}
			if err == nil || !strings.Contains(err.Error(), s.Address) || strings.Contains(look.Reason, s.Address) {
				t.Errorf("the platform alone is told the server: %v; %s", err, look.Reason)
			}
		})
	}
}

func TestA8RecordsOfOthersProveNothing(t *testing.T) {
	for sentence, change := range map[string]func(*dns.Msg){
		"A8: a record of another name":               func(m *dns.Msg) { m.Answer[0].Header().Name = "example.net." },
		"A8: a record of another class":              func(m *dns.Msg) { m.Answer[0].Header().Class = dns.ClassCHAOS },
		"A8: a record beside the answer":             func(m *dns.Msg) { m.Extra, m.Answer = m.Answer, nil },
		"A8: a record of a name that does not exist": func(m *dns.Msg) { m.Rcode = dns.RcodeNameError },
	} {
		t.Run(sentence, func(t *testing.T) {
			s := domainstest.Start(t, txt(value))
			s.Set(func() { s.Change = change })
			if look, err := resolver(s.Address).Look(t.Context(), challenge()); look.Answer != rules.DomainNotFound {
				t.Errorf("got %+v, %v", look, err)
			}
		})
	}
}

func TestA8PacketsThatAreNoAnswer(t *testing.T) {
	right := func(question []byte) []byte {
		q := new(dns.Msg)
		_ = q.Unpack(question)
		m := new(dns.Msg).SetReply(q)
		m.RecursionAvailable = true
		rr, _ := dns.NewRR(txt(value))
		m.Answer = []dns.RR{rr}
		packed, _ := m.Pack()
		return packed
	}
	for sentence, tc := range map[string]struct {
		respond    func(question []byte) [][]byte
		want       rules.DomainAnswer
		wantReason string
	}{
		"A8: a late answer to another question is passed over": {func(q []byte) [][]byte {
			late := right(q)
			late[0]++ // its ID
			return [][]byte{late, right(q)}
		}, rules.DomainFound, ""},
		"A8: a packet that is too short":   {func([]byte) [][]byte { return [][]byte{{1, 2, 3}} }, rules.DomainUnknown, "makes no sense"},
		"A8: an answer that is cut off":    {func(q []byte) [][]byte { r := right(q); return [][]byte{r[:len(r)-5]} }, rules.DomainUnknown, "makes no sense"},
		"A8: an answer that is all header": {func(q []byte) [][]byte { return [][]byte{right(q)[:12]} }, rules.DomainUnknown, "makes no sense"},
		"A8: truncated, and no TCP": {func(q []byte) [][]byte {
			r := right(q)
			r[2] |= 2 // TC
			return [][]byte{r}
		}, rules.DomainUnknown, "could not be reached"},
	} {
		t.Run(sentence, func(t *testing.T) {
			look, err := resolver(answerRaw(t, tc.respond)).Look(t.Context(), challenge())
			if look.Answer != tc.want || !strings.Contains(look.Reason, tc.wantReason) {
				t.Errorf("got %+v, %v, want %s: %s", look, err, tc.want, tc.wantReason)
			}
		})
	}
}

// silent is a resolver whose answers are none.
func silent(t *testing.T, respond func([]byte) [][]byte) *Resolver {
	t.Helper()
	r := resolver(answerRaw(t, respond))
	r.timeout = 200 * time.Millisecond
	return r
}

func TestA8ALookEnds(t *testing.T) {
	for sentence, respond := range map[string]func([]byte) [][]byte{
		"A8: at a server that is silent": func([]byte) [][]byte { return nil },
		"A8: at one that answers only something else": func(q []byte) [][]byte {
			other := make([]byte, 12)
			other[0], other[1], other[2] = q[0]+1, q[1], 0x80
			return [][]byte{other, other, other}
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			look, err := silent(t, respond).Look(t.Context(), challenge())
			if look.Answer != rules.DomainUnknown || !strings.Contains(look.Reason, "in time") || err == nil {
				t.Errorf("got %+v, %v", look, err)
			}
		})
	}
}

// The timeout of the resolver is so long that the test would not end by it.
func TestA8ALookEndsWithItsCaller(t *testing.T) {
	asked := make(chan struct{}, 1)
	r := resolver(answerRaw(t, func([]byte) [][]byte { asked <- struct{}{}; return nil }))
	r.timeout = time.Hour
	ctx, leave := context.WithCancel(t.Context())
	go func() { <-asked; leave() }()
	if look, err := r.Look(ctx, challenge()); look.Answer != rules.DomainUnknown || err == nil {
		t.Errorf("got %+v, %v", look, err)
	}
}

func TestA8NoServer(t *testing.T) {
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := packets.LocalAddr().String()
	_ = packets.Close()
	look, err := resolver(address).Look(t.Context(), challenge())
	if look.Answer != rules.DomainUnknown || look.Reason != "the DNS resolver could not be reached" || err == nil {
		t.Errorf("got %+v, %v", look, err)
	}
}

func TestA8ARecordThatVanishes(t *testing.T) {
	s := domainstest.Start(t, txt(value))
	r := resolver(s.Address)
	policy, now := rules.DefaultPolicy, time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	claim := rules.ClaimDomain(policy, rules.DomainClaim{}, "uid", domain, false, now)
	look := func() {
		t.Helper()
		found, err := r.Look(t.Context(), challenge())
		if err != nil {
			t.Log(err)
		}
		claim = claim.Looked(policy, found, time.Time{}, now)
		now = now.Add(time.Hour)
	}
	expect := func(want rules.DomainState) {
		t.Helper()
		if got := claim.State(now); got != want {
			t.Fatalf("%s: %s, want %s: %+v", now, got, want, claim)
		}
	}
	look()
	expect(rules.DomainProved)
	s.Load(t, "")
	for range 7 * 24 {
		look()
		expect(rules.DomainMissing)
	}
	s.Set(func() { s.Rcode = dns.RcodeServerFailure })
	look()
	expect(rules.DomainMissing) // a resolver that does not know ends nothing
	s.Set(func() { s.Rcode = dns.RcodeSuccess })
	look()
	expect(rules.DomainLapsed)
	s.Load(t, txt(value))
	look()
	expect(rules.DomainProved)
}

func TestHowLongAnAnswerIsRepeated(t *testing.T) {
	for sentence, tc := range map[string]struct {
		zone string
		want time.Duration
	}{
		"as long as the zone says where there is no record": {"", time.Minute},
		"as long as the wrong record says":                  {owner + " 90 IN TXT wrong", 90 * time.Second},
		"a day at most":                                     {owner + " 999999 IN TXT wrong", 24 * time.Hour},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := domainstest.Start(t, tc.zone)
			look, err := resolver(s.Address).Look(t.Context(), challenge())
			if err != nil || look.Repeats != tc.want {
				t.Errorf("got %+v, %v, want %s", look, err, tc.want)
			}
		})
	}
}

func TestTheNextServerIsAskedWhereOneDoesNotKnow(t *testing.T) {
	for sentence, first := range map[string]func(*testing.T) string{
		"it fails": func(t *testing.T) string {
			t.Helper()
			s := domainstest.Start(t, "")
			s.Set(func() { s.Rcode = dns.RcodeServerFailure })
			return s.Address
		},
		"it is silent": func(t *testing.T) string {
			t.Helper()
			return answerRaw(t, func([]byte) [][]byte { return nil })
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			second := domainstest.Start(t, txt(value))
			r := &Resolver{timeout: time.Second}
			ctx, cancel := context.WithTimeout(t.Context(), r.timeout)
			defer cancel()
			look, err := r.each(ctx, []string{first(t), second.Address}, challenge())
			if look.Answer != rules.DomainFound || err != nil {
				t.Errorf("got %+v, %v", look, err)
			}
		})
	}
}

func TestTheResolversOfTheSystem(t *testing.T) {
	for sentence, tc := range map[string]struct {
		file    string
		want    []string
		wantErr string
	}{
		"in their order": {"search example.com\nnameserver 10.96.0.10\nnameserver fd00::a\n", []string{"10.96.0.10:53", "[fd00::a]:53"}, ""},
		"three of them":  {"nameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n", []string{"10.0.0.1:53", "10.0.0.2:53", "10.0.0.3:53"}, ""},
		"no names":       {"nameserver dns.example.com\nnameserver 10.0.0.2\n", []string{"10.0.0.2:53"}, ""},
		"none":           {"options ndots:5\n", nil, "has no nameserver"},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := New(config.Default().Domains)
			r.systemFile = filepath.Join(t.TempDir(), "resolv.conf")
			if err := os.WriteFile(r.systemFile, []byte(tc.file), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := r.servers()
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if (err != nil) != (tc.wantErr != "") || err != nil && !strings.Contains(err.Error(), tc.wantErr) {
				t.Errorf("got %v, want %q", err, tc.wantErr)
			}
		})
	}
}

func TestASystemWithoutResolversIsUnknown(t *testing.T) {
	r := New(config.Default().Domains)
	r.systemFile = filepath.Join(t.TempDir(), "absent")
	if look, err := r.Look(t.Context(), challenge()); look.Answer != rules.DomainUnknown || err == nil {
		t.Errorf("got %+v, %v", look, err)
	}
}

func TestTheConfiguredResolverIsAsked(t *testing.T) {
	s := domainstest.Start(t, txt(value))
	c := config.Default().Domains
	c.Resolver = s.Address
	if look, err := New(c).Look(t.Context(), challenge()); look.Answer != rules.DomainFound {
		t.Errorf("got %+v, %v", look, err)
	}
}
