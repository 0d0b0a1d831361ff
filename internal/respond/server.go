// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/manager"

	"github.com/polyorg/polyorg/internal/web"
	"github.com/polyorg/polyorg/internal/web/view"
)

const (
	bodyBytes = 8 << 10

	// patience is the longest time that a person waits for others to answer, such as the API server. It leaves time to write the page.
	patience = 25 * time.Second
)

// answerPath is where the page's form goes. The token is in the form then, and not in the path.
const answerPath = "/answer"

// Server serves the page on every replica.
type Server struct {
	// Address to listen on, host:port.
	Address string
	Page    *Page
}

var (
	_ manager.Runnable               = (*Server)(nil)
	_ manager.LeaderElectionRunnable = (*Server)(nil)
)

// NeedLeaderElection is false: every replica serves the page.
func (s *Server) NeedLeaderElection() bool { return false }

// Start serves until the context ends, and then finishes the requests that have come.
func (s *Server) Start(ctx context.Context) error {
	return (&web.Server{Name: "the page of invitations", Address: s.Address, Handler: s.Page.Handler()}).Start(ctx)
}

// Handler serves the page under the path of its URL.
func (p *Page) Handler() http.Handler {
	base := p.base()
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+view.StylePath, p.style)
	mux.HandleFunc("GET "+base+"/{token}", p.show)
	mux.HandleFunc("GET "+base+"/{token}/decline", p.show)
	mux.HandleFunc("POST "+base+answerPath, p.answer)
	mux.HandleFunc("/", p.unknown)
	return web.Guarded(inTime(http.MaxBytesHandler(p.sameOrigin(mux), bodyBytes)))
}

// inTime ends the wait for others while there is still time to say so.
func inTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// sameOrigin refuses a form that another site sends.
func (p *Page) sameOrigin(next http.Handler) http.Handler {
	protection, own := http.NewCrossOriginProtection(), origin(p.URL)
	_ = protection.AddTrustedOrigin(own.String()) // the URL was checked at start
	protection.SetDenyHandler(http.HandlerFunc(p.foreign))
	return withoutNull(withHost(own.Host, protection.Handler(next)))
}

// withHost takes the page's own host for the one that was asked for. A form's origin is compared with it, and anybody can send any Host.
func withHost(host string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(r.Context()) // a copy
		r.Host = host
		next.ServeHTTP(w, r)
	})
}

// withoutNull takes the origin "null" for none where the browser does not say either from which site a form comes. An older browser sends
// that from our own page, because the page gives no referrer. A form of another site does no harm: its sender needs a token, and has no use
// of a cookie.
func withoutNull(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") == "null" && r.Header.Get("Sec-Fetch-Site") == "" {
			r.Header.Del("Origin")
		}
		next.ServeHTTP(w, r)
	})
}

// origin is what a browser calls the site of a URL: in lower case, and without the scheme's own port.
func origin(u *url.URL) *url.URL {
	port := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	return &url.URL{Scheme: u.Scheme, Host: strings.TrimSuffix(strings.ToLower(u.Host), port)}
}
