// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"strings"
	"testing"
	"unicode"

	"github.com/miekg/dns"

	"github.com/polyorg/polyorg/internal/rules"
)

// seeds are answers to the challenge, some of them odd.
func seeds(f *testing.F) {
	f.Helper()
	for _, records := range [][]string{
		{}, {txt(value)}, {txt(others), txt(value)}, {owner + " 60 IN CNAME " + owner}, {owner + " 60 IN CNAME a.b.", "a.b. 60 IN TXT " + value},
		{owner + ` 60 CH TXT ` + value}, {owner + ` 60 IN TXT "\000\200\""`},
	} {
		for _, rcode := range []int{dns.RcodeSuccess, dns.RcodeNameError, dns.RcodeServerFailure} {
			m := new(dns.Msg).SetQuestion(owner, dns.TypeTXT)
			m.Response, m.RecursionAvailable, m.Rcode = true, true, rcode
			for _, record := range records {
				rr, err := dns.NewRR(record)
				if err != nil {
					f.Fatal(err)
				}
				m.Answer = append(m.Answer, rr)
			}
			packed, err := m.Pack()
			if err != nil {
				f.Fatal(err)
			}
			f.Add(packed)
		}
	}
}

// FuzzAnswer reads packets as answers. None may prove without the value, and none may say what people cannot read.
func FuzzAnswer(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, packet []byte) {
		m := new(dns.Msg)
		if m.Unpack(packet) != nil {
			return
		}
		look := read(m, challenge())
		switch look.Answer {
		case rules.DomainFound:
			if !has(m) {
				t.Errorf("proved without the value: %s", m)
			}
		case rules.DomainNotFound, rules.DomainUnknown:
			if look.Reason == "" || len(look.Reason) > 1000 || strings.ContainsFunc(look.Reason, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("a reason that nobody can read: %q", look.Reason)
			}
		default:
			t.Errorf("an answer that there is not: %+v", look)
		}
		if look.Repeats < 0 || look.Repeats > longestRepeats {
			t.Errorf("repeated for %s", look.Repeats)
		}
	})
}

// has reports whether any TXT record of an answer has one of the values.
func has(m *dns.Msg) bool {
	for _, rr := range m.Answer {
		if record, ok := rr.(*dns.TXT); ok {
			text := strings.ToLower(strings.Join(record.Txt, ""))
			if strings.Contains(text, value) || strings.Contains(text, older) {
				return true
			}
		}
	}
	return false
}
