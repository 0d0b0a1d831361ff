// SPDX-License-Identifier: Apache-2.0

package web

import (
	"bytes"
	"net/http"
	"sync/atomic"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/web/view"
)

// Pages writes pages and their style sheet, in the look of a brand. Its zero value is ready, and is safe for concurrent use.
type Pages struct {
	drawn atomic.Pointer[drawn]
}

// drawn is a brand with what draws it.
type drawn struct {
	brand    *brand.Brand
	renderer *view.Renderer
}

// renderer draws a brand. It is made once for each.
func (p *Pages) renderer(b *brand.Brand) (*view.Renderer, error) {
	if d := p.drawn.Load(); d != nil && d.brand == b {
		return d.renderer, nil
	}
	r, err := view.NewRenderer(b.Look)
	if err == nil {
		p.drawn.Store(&drawn{b, r})
	}
	return r, err
}

// Write answers with a page.
func (p *Pages) Write(w http.ResponseWriter, r *http.Request, b *brand.Brand, page view.Page) {
	var body bytes.Buffer
	renderer, err := p.renderer(b)
	if err == nil {
		err = renderer.Render(&body, page)
	}
	if err != nil {
		fail(w, r, err, "A page cannot be written", "kind", page.Kind)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", page.Locale.Language())
	w.WriteHeader(page.Kind.Status())
	_, _ = w.Write(body.Bytes()) // a reader who went away needs no page
}

// Style answers with the style sheet. Its URL changes with its content, so it can be kept for ever. While replicas change to another brand, one
// can be asked for the sheet of another replica: then nothing is kept of its own.
func (p *Pages) Style(w http.ResponseWriter, r *http.Request, b *brand.Brand) {
	renderer, err := p.renderer(b)
	if err != nil {
		fail(w, r, err, "The style sheet cannot be written")
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	if r.URL.Query().Get("v") == renderer.StyleHash {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(renderer.Style)
}

// fail answers where we made a mistake. Only the log says which.
func fail(w http.ResponseWriter, r *http.Request, err error, message string, values ...any) {
	ctrl.LoggerFrom(r.Context()).WithName("pages").Error(err, message, values...)
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}
