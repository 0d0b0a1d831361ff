// SPDX-License-Identifier: Apache-2.0

package serving

import (
	"net"
	"strings"
	"sync"

	"github.com/miekg/dns"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// nameserver is a DNS server on loopback that knows TXT records alone.
type nameserver struct {
	address string

	mu      sync.Mutex
	records map[string]string
}

// startNameserver serves until the end of the container that calls it.
func startNameserver() *nameserver {
	GinkgoHelper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	n := &nameserver{address: packets.LocalAddr().String(), records: map[string]string{}}
	server := &dns.Server{PacketConn: packets, Handler: n}
	go func() { _ = server.ActivateAndServe() }() // ends with Shutdown
	DeferCleanup(server.Shutdown)
	return n
}

// publish writes a record.
func (n *nameserver) publish(name, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.records[dns.Fqdn(strings.ToLower(name))] = text
}

// ServeDNS implements dns.Handler.
func (n *nameserver) ServeDNS(w dns.ResponseWriter, question *dns.Msg) {
	n.mu.Lock()
	defer n.mu.Unlock()
	said := new(dns.Msg).SetReply(question)
	asked := question.Question[0]
	text, found := n.records[strings.ToLower(asked.Name)]
	switch {
	case !found:
		said.Rcode = dns.RcodeNameError
	case asked.Qtype == dns.TypeTXT:
		said.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: asked.Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: []string{text}}}
	}
	_ = w.WriteMsg(said) // who asked asks again
}
