// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"net"
	"testing"
	"time"

	"github.com/miekg/dns"
)

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
