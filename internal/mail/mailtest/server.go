// SPDX-License-Identifier: Apache-2.0

// Package mailtest is a mail server for tests, and for a trial on one machine: real SMTP with STARTTLS and sign-in, an inbox, and failures on
// demand. It delivers nothing to anybody.
package mailtest

import (
	"context"
	"io"
	"log"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/polyorg/polyorg/internal/config"
)

const (
	maxMessage = 1 << 20
	// patience is how long the server waits for a client. Only Hang waits longer.
	patience = 5 * time.Minute
)

// Server is a mail server that runs.
type Server struct {
	settings settings
	address  string
	done     chan struct{}
	end      sync.Once

	mutex    sync.Mutex
	running  *running
	changed  chan struct{} // closed at the next change of what stands below
	inbox    []Message
	received int
	accepted int
	open     int
	judges   map[Step]Judge
	username string
	password string
	issued   issued
}

// New starts a server. Close ends it.
func New(options ...Option) (*Server, error) {
	s := &Server{settings: byDefault(), done: make(chan struct{}), changed: make(chan struct{}), judges: map[Step]Judge{}}
	for _, option := range options {
		option(&s.settings)
	}
	if s.settings.authority == nil {
		a, err := NewAuthority()
		if err != nil {
			return nil, err
		}
		s.settings.authority = a
	}
	s.username, s.password = s.settings.username, s.settings.password
	if err := s.Certify(s.settings.authority, s.settings.hosts...); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", s.settings.address)
	if err != nil {
		return nil, err
	}
	s.address = l.Addr().String()
	s.serve(l)
	return s, nil
}

// TB is what Start needs of a test.
type TB interface {
	Helper()
	Cleanup(end func())
	Fatal(args ...any)
}

// Start starts a server that ends with the test.
func Start(tb TB, options ...Option) *Server {
	tb.Helper()
	s, err := New(options...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// Close ends the server, and every connection to it.
func (s *Server) Close() (err error) {
	s.end.Do(func() {
		close(s.done)
		err = s.Down()
	})
	return err
}

// Address is where the server listens, host:port. It stays the same.
func (s *Server) Address() string { return s.address }

// Config is the operator's configuration for this server. It writes the files that the configuration names into dir.
func (s *Server) Config(dir string) (config.Mail, error) {
	c := config.Mail{
		Address: s.Address(), TLS: s.settings.tls, From: "Polyorg <invitations@example.com>",
		Authentication: config.MailAuthAuto, Timeout: metav1.Duration{Duration: 10 * time.Second},
	}
	if c.TLS != config.MailPlain {
		c.CAFile = filepath.Join(dir, "ca.crt")
	}
	if s.settings.username != "" {
		c.CredentialsDir = dir
	}
	return c, s.WriteFiles(dir)
}

// WriteFiles writes ca.crt, username and password as they are now, for the owner's eyes only. It replaces them as a node does the files of a
// mounted Secret.
func (s *Server) WriteFiles(dir string) error {
	s.mutex.Lock()
	files := map[string][]byte{"ca.crt": s.issued.authority.PEM(), "username": []byte(s.username), "password": []byte(s.password)}
	s.mutex.Unlock()
	return mount(dir, files)
}

// SetCredentials changes what clients must sign in with from now on. Sessions stay.
func (s *Server) SetCredentials(username, password string) {
	s.change(func() { s.username, s.password = username, password })
}

// Certify changes the certificate of new connections: this authority signs one for the hosts.
func (s *Server) Certify(a *Authority, hosts ...string) error {
	certificate, err := a.issue(hosts)
	if err == nil {
		s.change(func() { s.issued = issued{a, certificate} })
	}
	return err
}

// Messages are those in the inbox, the oldest first.
func (s *Server) Messages() []Message {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(s.inbox)
}

// Received is the number of messages that ever came, also of those that the inbox has no room for.
func (s *Server) Received() int { return s.count(&s.received) }

// Accepted is the number of connections that ever came.
func (s *Server) Accepted() int { return s.count(&s.accepted) }

// Open is the number of connections that are open.
func (s *Server) Open() int { return s.count(&s.open) }

// Clear empties the inbox.
func (s *Server) Clear() { s.change(func() { s.inbox = nil }) }

// Await waits until something holds of the server. It asks again after each connection, message and change.
func (s *Server) Await(ctx context.Context, holds func(*Server) bool) error {
	for {
		s.mutex.Lock()
		changed := s.changed
		s.mutex.Unlock()
		if holds(s) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Server) change(do func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	do()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) count(n *int) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return *n
}

func (s *Server) protocol() *gosmtp.Server {
	p := gosmtp.NewServer(gosmtp.BackendFunc(s.begin))
	p.Domain = "mail.localtest"
	p.MaxMessageBytes = maxMessage
	p.MaxRecipients = 50
	p.ReadTimeout, p.WriteTimeout = patience, patience
	p.ErrorLog = log.New(io.Discard, "", 0)
	if s.settings.tls == config.MailStartTLS {
		p.TLSConfig = s.tlsConfig()
	}
	return p
}
