// SPDX-License-Identifier: Apache-2.0

package service

import (
	"io"
	"net"
)

// Pass hands each connection of a listener to an address, and never reads it. It returns when the listener is closed.
func Pass(l net.Listener, address func() string) {
	for {
		from, err := l.Accept()
		if err != nil {
			return
		}
		go pass(from, address())
	}
}

// pass joins two connections until one side ends.
func pass(from net.Conn, address string) {
	defer from.Close()
	to, err := net.Dial("tcp", address)
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
