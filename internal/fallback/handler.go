// SPDX-License-Identifier: Apache-2.0

// Package fallback answers for hosts that lead to no CRM. A former host redirects to its organization's present one (A6). A suspended
// organization's host says so (A7), and that of a deleted or unknown one is not found. The base domain leads to the portal. An ingress
// controller sends the requests, and nothing but their Host header counts.
package fallback

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/time/rate"

	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/web"
	"github.com/polyorg/polyorg/internal/web/view"
)

// Options are what an installation decides.
type Options struct {
	Directory Directory
	// BaseDomain follows the name in each access URL.
	BaseDomain string
	// PortalHost is the host to which the base domain leads; empty: there is no portal, and the base domain has a page.
	PortalHost string
	// Scheme of access URLs and of the portal: https or http.
	Scheme string
	// Port of access URLs and of the portal; 0: the scheme's own.
	Port int
	// Brand is how pages look at this moment, and what they say.
	Brand func() *brand.Brand
}

// Handler answers every request, whatever its method. It reads no body.
type Handler struct {
	Options
	origin origin
	pages  web.Pages
	rates  map[kind]*rate.Limiter
}

var _ http.Handler = (*Handler)(nil)

// The bounds of pages in one replica, which judges admission too. Beyond them, an answer is one line of text. Each kind has bounds of its own.
// So a flood of requests for unknown hosts takes no page from a suspended organization's people.
const (
	pagesAtOnce    = 200
	pagesPerSecond = 50
)

// New checks the options.
func New(o Options) (*Handler, error) {
	begin, err := newOrigin(o.Scheme, o.Port)
	if err := errors.Join(err, o.check()); err != nil {
		return nil, err
	}
	h := &Handler{Options: o, origin: begin, rates: map[kind]*rate.Limiter{}}
	for _, k := range kinds {
		h.rates[k] = rate.NewLimiter(pagesPerSecond, pagesAtOnce)
	}
	return h, nil
}

func (o Options) check() error {
	var errs []error
	if o.Directory == nil || o.Brand == nil {
		errs = append(errs, errors.New("the fallback server needs a directory of hosts, and a brand"))
	}
	for name, host := range map[string]string{"base domain": o.BaseDomain, "portal's host": o.PortalHost} {
		if host != "" && !isHostname(host) {
			errs = append(errs, fmt.Errorf("the %s %q is no host in lower case", name, host))
		}
	}
	if o.BaseDomain == o.PortalHost {
		errs = append(errs, fmt.Errorf("the portal's host is %q, and so is the base domain, which leads there", o.PortalHost))
	}
	return errors.Join(errs...)
}

// isHostname reports whether a host has the form that Hostname gives it.
func isHostname(host string) bool {
	same, ok := Hostname(host)
	return ok && same == host
}

// decision is what a request gets: a redirect, or a page.
type decision struct {
	kind kind
	// status and url are those of the redirect; an empty url: there is none.
	status int
	url    string
	page   view.Kind
	host   string
	locale string
}

// stylePath is where the pages' style sheet is: at no path that a CRM is likely to have, because browsers keep it.
const (
	pagesBase = "/.polyorg"
	stylePath = pagesBase + view.StylePath
)

// ServeHTTP answers by the request's host. It reads no body. The server drops a small one before it answers, so that the ingress controller can
// use the connection again, and closes the connection with a large one. Do not enable full duplex here: in Go 1.26, the request after a body
// that was not read then ends in a panic.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d := h.decide(r)
	switch {
	case d.url != "":
		redirect(w, d.status, d.url)
	case r.URL.Path == stylePath:
		web.Guard(w.Header())
		h.pages.Style(w, r, h.Brand())
		return
	default:
		web.Guard(w.Header())
		h.write(w, r, d)
	}
	requests.WithLabelValues(string(d.kind)).Inc()
}

// decide finds what a request gets.
func (h *Handler) decide(r *http.Request) decision {
	host, ok := Hostname(r.Host)
	switch {
	case !ok:
		return nothing
	case host == h.BaseDomain:
		return h.home()
	}
	found, known := h.Directory.Find(host)
	if !known {
		return nothing
	}
	return h.organization(host, found, r)
}

// nothing is the same for every host that leads nowhere: it does not tell whether there ever was an organization.
var nothing = decision{kind: unknown, page: view.UnknownHost}

// home is the base domain's. Where the portal is may change, so the redirect is a temporary one.
func (h *Handler) home() decision {
	if h.PortalHost == "" {
		return decision{kind: portal, page: view.BaseDomain, host: h.BaseDomain}
	}
	return decision{kind: portal, status: http.StatusTemporaryRedirect, url: h.origin.at(h.PortalHost) + "/"}
}

// organization is what an organization's host gets. A host that leads to itself is one that the ingress controller does not route yet: a
// redirect would come back here.
func (h *Handler) organization(host string, found Answer, r *http.Request) decision {
	switch {
	case found.State == Suspended:
		return decision{kind: suspended, page: view.SuspendedHost, host: host, locale: found.Locale}
	case found.State == Serving, found.State == Moved && found.Present == host:
		return decision{kind: unready, page: view.UnreadyHost, host: host, locale: found.Locale}
	case found.State == Moved && isHostname(found.Present):
		return decision{kind: redirected, status: http.StatusPermanentRedirect, url: h.origin.at(found.Present) + target(r)}
	}
	return nothing
}

// write writes a page in the reader's language, or else in the organization's.
func (h *Handler) write(w http.ResponseWriter, r *http.Request, d decision) {
	if d.kind == unready {
		w.Header().Set("Retry-After", "1")
	}
	if !h.rates[d.kind].Allow() {
		oneLine(w, d.page.Status())
		return
	}
	b := h.Brand()
	h.pages.Write(w, r, b, view.Page{
		Kind: d.page, Locale: b.Texts.Match(r.Header.Get("Accept-Language"), d.locale), Host: d.host, Base: pagesBase,
	})
}

// oneLine answers one of very many requests. It costs no page.
func oneLine(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, http.StatusText(status)+"\n")
}
