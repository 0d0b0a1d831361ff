// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"fmt"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/polyorg/polyorg/internal/rules"
)

const (
	// mostAliases is how many aliases are followed from one name.
	mostAliases = 16
	// longestRepeats bounds what an answer says of the time for which it is remembered.
	longestRepeats = 24 * time.Hour
	// longestShown bounds what people are shown of a record, which anybody may have written.
	longestShown = 80

	garbledAnswer = "the DNS resolver gave an answer that makes no sense"
)

func unknown(reason string) rules.DomainLook {
	return rules.DomainLook{Answer: rules.DomainUnknown, Reason: reason}
}

// read is what an answer says of a challenge. Anybody may have written the answer: whoever runs the domain's servers, or the resolver's.
func read(m *dns.Msg, c Challenge) rules.DomainLook {
	switch {
	case !m.Response || m.Opcode != dns.OpcodeQuery || m.Truncated:
		return unknown(garbledAnswer)
	case m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError:
		return unknown(failure(m.Rcode))
	case !answers(m, c.Name):
		return unknown(garbledAnswer)
	}
	return judge(m, c)
}

// failure says why a resolver has no answer. Most often, the servers of the domain itself are out of order.
func failure(rcode int) string {
	name, known := dns.RcodeToString[rcode]
	if !known {
		name = fmt.Sprintf("code %d", rcode)
	}
	switch rcode {
	case dns.RcodeServerFailure:
		return "the DNS resolver got no valid answer from the domain's name servers (SERVFAIL)"
	case dns.RcodeRefused:
		return "the DNS resolver refuses to answer the platform (REFUSED)"
	}
	return fmt.Sprintf("the DNS resolver could not answer (%s)", name)
}

// answers reports whether an answer is about the question. Names have no case, and some resolvers change it.
func answers(m *dns.Msg, name string) bool {
	if len(m.Question) != 1 {
		return false
	}
	q := m.Question[0]
	return q.Qtype == dns.TypeTXT && q.Qclass == dns.ClassINET && sameName(q.Name, dns.Fqdn(name))
}

func sameName(a, b string) bool { return strings.EqualFold(a, b) }

// judge says whether a whole answer to the question has the record.
func judge(m *dns.Msg, c Challenge) rules.DomainLook {
	texts, end, ends := follow(m.Answer, dns.Fqdn(c.Name))
	at := c.Name
	if !sameName(end, dns.Fqdn(c.Name)) {
		at = fmt.Sprintf("%s is an alias of %s, which", c.Name, shown(strings.TrimSuffix(end, ".")))
	}
	for _, text := range texts {
		if m.Rcode == dns.RcodeSuccess && c.isProvedBy(text) {
			return rules.DomainLook{Answer: rules.DomainFound}
		}
	}
	switch {
	case !m.Authoritative && !m.RecursionAvailable:
		return unknown("the DNS resolver answers only for domains of its own")
	case !ends:
		return notFound(m, "the aliases of %s lead to no end", c.Name)
	case m.Rcode == dns.RcodeNameError:
		return notFound(m, "%s did not exist", at)
	case len(texts) == 0:
		return notFound(m, "%s had no TXT record", at)
	case len(texts) == 1:
		return notFound(m, "%s had another value: %s", at, shown(texts[0]))
	}
	return notFound(m, "%s had %d TXT records, and none with this value; one is %s", at, len(texts), shown(texts[0]))
}

func notFound(m *dns.Msg, format string, args ...any) rules.DomainLook {
	return rules.DomainLook{Answer: rules.DomainNotFound, Reason: fmt.Sprintf(format, args...), Repeats: repeats(m)}
}

// follow finds the TXT records of a name, at the end of its aliases. The resolver has followed those already.
func follow(answer []dns.RR, name string) (texts []string, end string, ends bool) {
	for range mostAliases {
		if texts = textsOf(answer, name); len(texts) > 0 {
			return texts, name, true
		}
		next := aliasOf(answer, name)
		if next == "" {
			return nil, name, true
		}
		name = next
	}
	return nil, name, false
}

// textsOf are the TXT records of a name. A record of several strings is one text: DNS providers split long values.
func textsOf(answer []dns.RR, name string) (texts []string) {
	for _, rr := range answer {
		if txt, ok := rr.(*dns.TXT); ok && of(rr, name) {
			texts = append(texts, strings.Join(txt.Txt, ""))
		}
	}
	return texts
}

// aliasOf is the name of which another one is an alias; empty if it is none.
func aliasOf(answer []dns.RR, name string) string {
	for _, rr := range answer {
		if alias, ok := rr.(*dns.CNAME); ok && of(rr, name) {
			return alias.Target
		}
	}
	return ""
}

func of(rr dns.RR, name string) bool {
	return rr.Header().Class == dns.ClassINET && sameName(rr.Header().Name, name)
}

// repeats is how long a resolver remembers an answer: as long as its records say, and where there is none, as long as the zone says.
func repeats(m *dns.Msg) time.Duration {
	ttl := uint32(longestRepeats / time.Second)
	for _, rr := range m.Answer {
		ttl = min(ttl, rr.Header().Ttl)
	}
	found := len(m.Answer) > 0
	for _, rr := range m.Ns {
		if soa, ok := rr.(*dns.SOA); ok {
			ttl, found = min(ttl, soa.Hdr.Ttl, soa.Minttl), true
		}
	}
	if !found {
		return 0
	}
	return time.Duration(ttl) * time.Second
}

// shown is a part of a text that cannot be mistaken for our own words.
func shown(text string) string {
	if len(text) > longestShown {
		text = text[:longestShown] + "…"
	}
	return fmt.Sprintf("%q", text)
}
