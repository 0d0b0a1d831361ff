// SPDX-License-Identifier: Apache-2.0

// Package crm is a stand-in for a CRM, for tests and trials. It says for which organization it was asked, and how.
package crm

import (
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Header is the request header by which a CRM knows for which organization a request is.
const Header = "X-Polyorg-Organization"

// Echo is what a request looked like when it arrived.
type Echo struct {
	// Organization is the value of Header. Organizations are all of its values: more than one would be a mistake before the CRM.
	Organization  string   `json:"organization"`
	Organizations []string `json:"organizations"`

	Method string      `json:"method"`
	Host   string      `json:"host"`
	Target string      `json:"target"` // path and query, as they came
	Proto  string      `json:"proto"`
	Header http.Header `json:"header"`
}

// Server answers for every organization. Create it by New.
type Server struct {
	server *http.Server

	mu    sync.Mutex
	asked map[string]int // by organization
}

//go:embed page.html
var pages embed.FS

var page = template.Must(template.ParseFS(pages, "page.html"))

// New serves on a listener until Close.
func New(l net.Listener) *Server {
	s := &Server{asked: map[string]int{}}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.Serve(l)
	return s
}

// Serve serves on another listener, too.
func (s *Server) Serve(l net.Listener) {
	go func() { _ = s.server.Serve(l) }() // ends with Close
}

// ServeHTTP shows a page to a browser, and JSON to everybody else.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := echo(r)
	s.mu.Lock()
	s.asked[e.Organization]++
	s.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		_ = page.Execute(w, e) // a reader who went away needs no page
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(e)
}

func echo(r *http.Request) Echo {
	return Echo{
		Organization: r.Header.Get(Header), Organizations: r.Header.Values(Header),
		Method: r.Method, Host: r.Host, Target: r.RequestURI, Proto: r.Proto, Header: r.Header,
	}
}

// Asked is how often it was asked for an organization.
func (s *Server) Asked(organization string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[organization]
}

// Close ends the server at once.
func (s *Server) Close() error {
	if err := s.server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
