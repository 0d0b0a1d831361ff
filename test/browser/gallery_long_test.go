// SPDX-License-Identifier: Apache-2.0

//go:build long

package browser

import (
	"context"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/internal/controlplane"
)

// gallery shows every page and every e-mail that there is a golden file of: those are what the operator writes, or a test beside them fails.
// A page comes with the headers that the running operator sends.
type gallery struct {
	*httptest.Server
	headers http.Header
}

const (
	pagesIn = "internal/web/view/testdata"
	mailsIn = "internal/mail/testdata"
)

// golden are the names of the golden files of pages or of e-mails.
func golden(in string) []string {
	root, err := controlplane.ModuleRoot()
	if err != nil {
		panic(err)
	}
	files, err := filepath.Glob(filepath.Join(root, in, "*.html"))
	if err != nil || len(files) == 0 {
		panic("there are no golden files in " + in)
	}
	for n, file := range files {
		files[n] = filepath.Base(file)
	}
	return files
}

func startGallery(ctx context.Context) *gallery {
	GinkgoHelper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.Operator.PageURL()+"/nothing", http.NoBody)
	Expect(err).NotTo(HaveOccurred())
	got, err := http.DefaultClient.Do(r)
	Expect(err).NotTo(HaveOccurred())
	Expect(got.Body.Close()).To(Succeed())
	Expect(got.Header.Get("Content-Security-Policy")).To(ContainSubstring("default-src 'none'"))
	for _, own := range []string{"Content-Length", "Content-Type", "Content-Language", "Date"} {
		got.Header.Del(own)
	}
	g := &gallery{headers: got.Header}
	mux := http.NewServeMux()
	mux.Handle("GET /pages/", g.under(got.Header, "/pages/", pagesIn))
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(l.Root, pagesIn, "style.css"))
	})
	// A mail program shows no pictures of strangers, and runs nothing.
	mux.Handle("GET /mails/", g.under(http.Header{"Content-Security-Policy": {"default-src 'none'; style-src 'unsafe-inline'"}}, "/mails/", mailsIn))
	mux.Handle("GET /bad", g.with(got.Header, http.HandlerFunc(g.bad)))
	mux.HandleFunc("GET /talkative", g.talkative)
	mux.HandleFunc("GET /attack", g.form)
	g.Server = httptest.NewServer(mux)
	DeferCleanup(g.Close)
	return g
}

// under serves the files of a folder with certain headers.
func (g *gallery) under(headers http.Header, path, folder string) http.Handler {
	return g.with(headers, http.StripPrefix(path, http.FileServer(http.Dir(filepath.Join(l.Root, folder)))))
}

func (*gallery) with(headers http.Header, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range headers {
			w.Header()[name] = values
		}
		next.ServeHTTP(w, r)
	})
}

// bad is a page that nobody can use, and that wants what its policy forbids.
func (*gallery) bad(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = w.Write([]byte(`<html><body><p style="color: #eee; width: 1000px">Hello<img src="http://127.0.0.2/logo.png"></p><input></body></html>`))
}

// talkative is a page that is too wide, and that says where it is to what it loads.
func (*gallery) talkative(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = w.Write([]byte(`<html><head><link rel="stylesheet" href="/style.css"></head><body><p style="width: 1000px">Hello</p></body></html>`))
}

var attackForm = template.Must(template.New("").Parse(`<!DOCTYPE html><title>Win!</title>
<form method="post" action="{{.Get "action"}}"><input name="token" value="{{.Get "token"}}"><button name="decision" value="Accept">Win</button></form>`))

// form is a page of another site that sends an answer.
func (*gallery) form(w http.ResponseWriter, r *http.Request) {
	_ = attackForm.Execute(w, r.URL.Query())
}

// attack is the address of that page, under a host of its own.
func (g *gallery) attack(action, token string) string {
	elsewhere := strings.Replace(g.URL, "127.0.0.1", "localhost", 1)
	return elsewhere + "/attack?" + url.Values{"action": {action}, "token": {token}}.Encode()
}
