// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// nameserver is a DNS server on loopback, by UDP and TCP. It answers from a zone as a recursive resolver does: it follows aliases, and
// knows wildcards.
type nameserver struct {
	address string

	mutex sync.Mutex
	zone  []dns.RR
	tcp   int // questions by TCP
	asked int
	// rcode answers in place of the zone, if it is not 0.
	rcode int
	// change has the last word about an answer.
	change func(*dns.Msg)
}

// startServer serves a zone until the test ends. Its records are in the form of a zone file.
func startServer(t *testing.T, zone string) *nameserver {
	t.Helper()
	s := &nameserver{}
	s.load(t, zone)
	packets, listener := listen(t)
	s.address = packets.LocalAddr().String()
	run(t, &dns.Server{PacketConn: packets, Handler: s})
	run(t, &dns.Server{Listener: listener, Handler: s})
	return s
}

// listen takes one port for UDP and TCP.
func listen(t *testing.T) (net.PacketConn, net.Listener) {
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
func run(t *testing.T, s *dns.Server) {
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

// load replaces the zone.
func (s *nameserver) load(t *testing.T, zone string) {
	t.Helper()
	var all []dns.RR
	parser := dns.NewZoneParser(strings.NewReader(zone), ".", "")
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		all = append(all, rr)
	}
	if err := parser.Err(); err != nil {
		t.Fatal(err)
	}
	s.set(func() { s.zone = all })
}

// set changes how the server answers from now on.
func (s *nameserver) set(change func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	change()
}

// count is the number of questions so far, and of those by TCP.
func (s *nameserver) count() (asked, tcp int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.asked, s.tcp
}

func (s *nameserver) ServeDNS(w dns.ResponseWriter, q *dns.Msg) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.asked++
	answer := new(dns.Msg).SetReply(q)
	answer.RecursionAvailable = true
	if answer.Rcode = s.rcode; s.rcode == dns.RcodeSuccess {
		s.resolve(answer, q.Question[0].Name)
	}
	if s.change != nil {
		s.change(answer)
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
func (s *nameserver) resolve(answer *dns.Msg, name string) {
	for range 2 * mostAliases {
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
func (s *nameserver) at(name string, kind uint16) (found []dns.RR) {
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

func (s *nameserver) exists(name string) bool {
	for _, rr := range s.zone {
		if strings.EqualFold(rr.Header().Name, name) {
			return true
		}
	}
	return false
}

// resolver asks a server.
func resolver(address string) *Resolver { return &Resolver{server: address, timeout: 5 * time.Second} }

// answerRaw answers each packet by what respond returns, until the test ends. It returns the address.
func answerRaw(t *testing.T, respond func(question []byte) [][]byte) string {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		question := make([]byte, dns.MaxMsgSize)
		for {
			n, from, err := packets.ReadFrom(question)
			if err != nil {
				return
			}
			for _, answer := range respond(question[:n]) {
				_, _ = packets.WriteTo(answer, from)
			}
		}
	}()
	t.Cleanup(func() {
		_ = packets.Close()
		<-ended
	})
	return packets.LocalAddr().String()
}
