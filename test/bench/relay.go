// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"net"
	"sync/atomic"
)

// relayIP is a ClusterIP and a loopback address at once, as the control plane's are. A process that listens there is the Service.
const relayIP = "127.10.0.100"

// relay is what a Service is in a cluster: it hands each connection to the next replica, and never reads it.
type relay struct {
	listener net.Listener
	backends atomic.Pointer[[]string]
	turn     atomic.Int64
	accepted atomic.Int64
}

func newRelay() (*relay, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(relayIP, "0"))
	if err != nil {
		return nil, err
	}
	r := &relay{listener: listener}
	go r.run()
	return r, nil
}

func (r *relay) port() int32 { return int32(r.listener.Addr().(*net.TCPAddr).Port) } //nolint:gosec // a port fits

func (r *relay) close() { r.listener.Close() }

func (r *relay) run() {
	for {
		conn, err := r.listener.Accept()
		if err != nil {
			return // closed
		}
		r.accepted.Add(1)
		go r.pass(conn)
	}
}

// pass joins two connections until one side ends; the kernel moves the bytes.
func (r *relay) pass(from net.Conn) {
	defer from.Close()
	backends := r.backends.Load()
	if backends == nil {
		return
	}
	to, err := net.Dial("tcp", (*backends)[int(r.turn.Add(1))%len(*backends)])
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		defer to.Close()
		_, _ = io.Copy(to, from) // the end of either side ends both
	}()
	_, _ = io.Copy(from, to)
}
