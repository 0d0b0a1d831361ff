// SPDX-License-Identifier: Apache-2.0

package mailtest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/polyorg/polyorg/internal/config"
)

// listener counts connections, and fails them before SMTP begins.
type listener struct {
	net.Listener
	server *Server
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		l.server.change(func() { l.server.accepted++; l.server.open++ })
		var conn net.Conn = &counted{Conn: raw, gone: l.server.lost}
		if l.server.settings.tls == config.MailImplicitTLS {
			conn = tls.Server(conn, l.server.tlsConfig())
		}
		if l.server.greets(conn) {
			return conn, nil
		}
	}
}

// greets reports whether SMTP begins. A connection that does not get so far holds up no other one.
func (s *Server) greets(conn net.Conn) bool {
	s.mutex.Lock()
	judge := s.judges[Connect]
	s.mutex.Unlock()
	if judge == nil {
		return true
	}
	err := judge(Envelope{})
	if err != nil {
		go s.turnAway(conn, err)
	}
	return err == nil
}

func (s *Server) turnAway(conn net.Conn, err error) {
	defer func() { _ = conn.Close() }()
	var reply *gosmtp.SMTPError
	switch {
	case errors.Is(err, ErrHang):
		<-s.done
	case errors.As(err, &reply):
		_, _ = fmt.Fprintf(conn, "%d %s\r\n", reply.Code, reply.Message)
	}
}

func (s *Server) lost() { s.change(func() { s.open-- }) }

// tlsConfig asks for the certificate at each handshake.
func (s *Server) tlsConfig() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			if err := s.judge(Encrypt, Envelope{}); err != nil {
				return nil, err
			}
			s.mutex.Lock()
			defer s.mutex.Unlock()
			return &s.issued.certificate, nil
		},
	}
}

// counted tells once that it is closed.
type counted struct {
	net.Conn
	once sync.Once
	gone func()
}

func (c *counted) Close() error {
	defer c.once.Do(c.gone)
	return c.Conn.Close()
}
