// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
)

//go:embed inbox.html
var inboxFiles embed.FS

var inboxPage = template.Must(template.ParseFS(inboxFiles, "inbox.html"))

// inbox is a mail server of the sandbox, with a page on which a person reads what the operator sent.
type inbox struct {
	// URL of the page.
	URL string

	mail   *mailtest.Server
	server *http.Server
}

func startInbox() (*inbox, error) {
	server, err := mailtest.New(mailtest.SignIn("polyorg", "sandbox"))
	if err != nil {
		return nil, err
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	i := &inbox{URL: "http://" + listener.Addr().String(), mail: server}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", i.list)
	mux.HandleFunc("GET /{number}", i.message)
	i.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = i.server.Serve(listener) }() // ends with close
	return i, nil
}

// configure sends the operator's e-mails here. The files that the configuration names go to a folder.
func (i *inbox) configure(c *config.OperatorConfig, dir string) error {
	dir = filepath.Join(dir, "mail")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	mail, err := i.mail.Config(dir)
	if err != nil {
		return err
	}
	c.Mail, c.InvitationPage = &mail, &config.InvitationPage{}
	return nil
}

func (i *inbox) close() error { return errors.Join(i.server.Close(), i.mail.Close()) }

// list shows all messages, the latest first.
func (i *inbox) list(w http.ResponseWriter, _ *http.Request) {
	all := i.mail.Messages()
	type row struct {
		Number int
		mailtest.Message
	}
	rows := make([]row, len(all))
	for n, m := range all {
		rows[len(all)-1-n] = row{n, m}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = inboxPage.Execute(w, rows) // a reader who went away needs no page
}

// message shows the HTML of one message, as a mail program does: without its scripts, if it had any.
func (i *inbox) message(w http.ResponseWriter, r *http.Request) {
	all := i.mail.Messages()
	n, err := strconv.Atoi(r.PathValue("number"))
	if err != nil || n < 0 || n >= len(all) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_, _ = w.Write([]byte(all[n].HTML)) // as above
}
