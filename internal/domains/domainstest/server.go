// SPDX-License-Identifier: Apache-2.0

// Package domainstest is a DNS server for tests.
package domainstest

import (
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// longestCircle is how many aliases are followed: more than a resolver follows.
const longestCircle = 32

// Server is a DNS server on loopback, by UDP and TCP. It answers from a zone as a recursive resolver does: it follows aliases, and
// knows wildcards.
type Server struct {
	// Address is host:port, for UDP and TCP.
	Address string
	// Rcode answers in place of the zone, if it is not 0.
	Rcode int
	// Change has the last word about an answer.
	Change func(*dns.Msg)

	mutex sync.Mutex // guards all of the following, and the fields above once the server runs
	zone  []dns.RR
	tcp   int            // questions by TCP
	asked map[string]int // questions, by name
}

// Start serves a zone until the test ends. Its records are in the form of a zone file.
func Start(t testing.TB, zone string) *Server {
	t.Helper()
	s := &Server{asked: map[string]int{}}
	s.Load(t, zone)
	packets, listener := listen(t)
	s.Address = packets.LocalAddr().String()
	run(t, &dns.Server{PacketConn: packets, Handler: s})
	run(t, &dns.Server{Listener: listener, Handler: s})
	return s
}

// listen takes one port for UDP and TCP.
func listen(t testing.TB) (net.PacketConn, net.Listener) {
	t.Helper()
	for range 20 {
		packets, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listener, err := net.Listen("tcp", packets.LocalAddr().String())
		if err == nil {
			return packets, listener
		}
		_ = packets.Close()
	}
	t.Fatal("no port is free for both")
	return nil, nil
}

// run runs a server until the test ends.
func run(t testing.TB, s *dns.Server) {
	t.Helper()
	started, ended := make(chan struct{}), make(chan error, 1)
	s.NotifyStartedFunc = func() { close(started) }
	go func() { ended <- s.ActivateAndServe() }()
	select {
	case <-started:
	case err := <-ended:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Shutdown(); err != nil {
			t.Error(err)
		}
		<-ended
	})
}

// Load replaces the zone.
func (s *Server) Load(t testing.TB, zone string) {
	t.Helper()
	var all []dns.RR
	parser := dns.NewZoneParser(strings.NewReader(zone), ".", "")
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		all = append(all, rr)
	}
	if err := parser.Err(); err != nil {
		t.Fatal(err)
	}
	s.Set(func() { s.zone = all })
}

// Set changes how the server answers from now on.
func (s *Server) Set(change func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	change()
}

// Count is the number of questions so far, and of those by TCP.
func (s *Server) Count() (asked, tcp int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, n := range s.asked {
		asked += n
	}
	return asked, s.tcp
}

// Asked is the number of questions about a name so far.
func (s *Server) Asked(name string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.asked[strings.ToLower(dns.Fqdn(name))]
}

// ServeDNS answers one question.
func (s *Server) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.asked[strings.ToLower(q.Question[0].Name)]++
	answer := new(dns.Msg).SetReply(q)
	answer.RecursionAvailable = true
	if answer.Rcode = s.Rcode; s.Rcode == dns.RcodeSuccess {
		s.resolve(answer, q.Question[0].Name)
	}
	if s.Change != nil {
		s.Change(answer)
	}
	size := dns.MaxMsgSize
	if _, udp := w.LocalAddr().(*net.UDPAddr); udp {
		size = dns.MinMsgSize
		if opt := q.IsEdns0(); opt != nil {
			size = int(opt.UDPSize())
		}
	} else {
		s.tcp++
	}
	answer.Truncate(size)
	_ = w.WriteMsg(answer)
}

// resolve answers from the zone. Aliases that go round in a circle are followed for a while.
func (s *Server) resolve(answer *dns.Msg, name string) {
	for range longestCircle {
		found := s.at(name, dns.TypeTXT)
		answer.Answer = append(answer.Answer, found...)
		if len(found) > 0 {
			return
		}
		alias := s.at(name, dns.TypeCNAME)
		if len(alias) == 0 {
			break
		}
		answer.Answer = append(answer.Answer, alias[0])
		name = alias[0].(*dns.CNAME).Target
	}
	if !s.exists(name) {
		answer.Rcode = dns.RcodeNameError
	}
	soa, _ := dns.NewRR("zylker.com. 300 IN SOA ns.zylker.com. admin.zylker.com. 1 7200 900 86400 60")
	answer.Ns = append(answer.Ns, soa)
}

// at are the records of a name, or else those of a wildcard in its place.
func (s *Server) at(name string, kind uint16) (found []dns.RR) {
	owner := name
	if !s.exists(name) {
		_, parent, _ := strings.Cut(name, ".")
		owner = "*." + parent
	}
	for _, rr := range s.zone {
		if strings.EqualFold(rr.Header().Name, owner) && rr.Header().Rrtype == kind {
			rr = dns.Copy(rr)
			rr.Header().Name = name
			found = append(found, rr)
		}
	}
	return found
}

func (s *Server) exists(name string) bool {
	for _, rr := range s.zone {
		if strings.EqualFold(rr.Header().Name, name) {
			return true
		}
	}
	return false
}
