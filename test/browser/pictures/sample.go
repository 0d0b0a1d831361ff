// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"net/http"
	netmail "net/mail"
	"time"

	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/web/view"
)

const (
	organization = "Zylker Products"
	inviter      = "john@zylker.com"
	message      = "Hello Bob,\n\nwelcome to the team. You find the plan of the launch under Deals.\n\nJohn"
	// token is none that any key signed.
	token = "eyJhbGciOiJIUzI1NiIsImtpZCI6IjIwMjYtMTItMDFUMDgtMDAtMDBaIn0.eyJpc3MiOiJwb2x5b3JnLmlvL2ludml0YXRpb24ifQ.c2lnbmF0dXJl"
)

var deadline = time.Date(2026, time.December, 8, 8, 0, 0, 0, time.UTC)

// newSample shows an invitation as the operator writes it, without a platform's own look.
func newSample() (http.Handler, error) {
	renderer, err := view.NewRenderer(mail.Look{})
	if err != nil {
		return nil, err
	}
	email, err := write()
	if err != nil {
		return nil, err
	}
	ask, err := render(renderer, view.Page{
		Kind: view.Ask, Organization: organization, Email: "bob@example.com", Inviter: inviter, Role: "Standard", Message: message,
		Deadline: deadline, TimeZone: "America/New_York", Token: token,
	})
	if err != nil {
		return nil, err
	}
	accepted, err := render(renderer, view.Page{Kind: view.Accepted, Organization: organization, AccessURL: "https://zylker.crm.example.com/"})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/email", show("text/html; charset=utf-8", email))
	mux.Handle("/ask", show("text/html; charset=utf-8", ask))
	mux.Handle("/accepted", show("text/html; charset=utf-8", accepted))
	mux.Handle(view.StylePath, show("text/css; charset=utf-8", renderer.Style))
	return mux, nil
}

// write writes the e-mail.
func write() ([]byte, error) {
	composer, err := mail.NewComposer(netmail.Address{Address: "crm@example.com"}, mail.Look{}, false)
	if err != nil {
		return nil, err
	}
	const link = "https://invitations.example.com/" + token
	m, err := composer.Compose(mail.Invitation{
		Organization: organization, Inviter: inviter, Role: "Standard", Message: message, Deadline: deadline, TimeZone: "America/New_York",
		Others: []string{"Bob's Bakery"}, To: "bob@example.com", AcceptURL: link, DeclineURL: link + "/decline", ID: "sample.1@example.com",
	})
	return []byte(m.HTML), err
}

func render(r *view.Renderer, p view.Page) ([]byte, error) {
	var b bytes.Buffer
	err := r.Render(&b, p)
	return b.Bytes(), err
}

func show(kind string, content []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(content) // a browser that went away needs none
	})
}
