// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// proxy is a network between a replica and the API server, which can be slow and can break.
type proxy struct {
	listener net.Listener
	to       string        // host:port
	delay    time.Duration // of each byte, one way
	cuts     atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]bool
}

// newProxy serves until the test ends.
func newProxy(to string, delay time.Duration) *proxy {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	p := &proxy{listener: listener, to: to, delay: delay, conns: map[net.Conn]bool{}}
	go p.accept()
	DeferCleanup(func() {
		_ = listener.Close()
		p.cut()
	})
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		far, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = near.Close()
			continue
		}
		p.mu.Lock()
		p.conns[near], p.conns[far] = true, true
		p.mu.Unlock()
		go p.carry(near, far)
		go p.carry(far, near)
	}
}

// cut ends all current connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
		p.cuts.Add(1)
	}
	clear(p.conns)
}

// parcel is bytes that were sent at once, and the time of their arrival.
type parcel struct {
	bytes []byte
	due   time.Time
}

// carry moves bytes from one side to the other, in order, each parcel when it is due.
func (p *proxy) carry(from, to net.Conn) {
	defer to.Close()
	underway := make(chan parcel, 4096)
	go func() {
		defer close(underway)
		for {
			buffer := make([]byte, 32<<10)
			n, err := from.Read(buffer)
			if err != nil {
				return
			}
			underway <- parcel{buffer[:n], time.Now().Add(p.delay)}
		}
	}()
	for next := range underway {
		<-time.After(time.Until(next.due))
		if _, err := to.Write(next.bytes); err != nil {
			_ = from.Close() // ends the reader
		}
	}
}
