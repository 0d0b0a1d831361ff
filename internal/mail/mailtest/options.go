// SPDX-License-Identifier: Apache-2.0

package mailtest

import "github.com/polyorg/polyorg/internal/config"

// Option is a choice at the start of a server.
type Option func(*settings)

type settings struct {
	address            string
	tls                config.MailTLS
	authority          *Authority
	hosts              []string
	username, password string
	mechanisms         []string
	keep               int
}

func byDefault() settings {
	return settings{
		address: "127.0.0.1:0", tls: config.MailStartTLS, hosts: []string{"localhost", "127.0.0.1", "::1"}, keep: 1000,
		mechanisms: []string{"PLAIN", "LOGIN", "XOAUTH2"},
	}
}

// Listen chooses the address, host:port. By default it is a free port of 127.0.0.1.
func Listen(address string) Option { return func(s *settings) { s.address = address } }

// TLS chooses how connections are encrypted. By default it is STARTTLS, and nobody sends a message without it.
func TLS(mode config.MailTLS) Option { return func(s *settings) { s.tls = mode } }

// SignedBy chooses the authority of the certificate. By default it is a new one.
func SignedBy(a *Authority) Option { return func(s *settings) { s.authority = a } }

// SignIn wants clients to sign in. It can narrow the ways to do so: PLAIN, LOGIN, XOAUTH2. By default nobody has to.
func SignIn(username, password string, mechanisms ...string) Option {
	return func(s *settings) {
		s.username, s.password = username, password
		if len(mechanisms) > 0 {
			s.mechanisms = mechanisms
		}
	}
}

// Keep chooses how many messages the inbox has room for; the oldest make room. By default they are 1000.
func Keep(messages int) Option { return func(s *settings) { s.keep = messages } }
