// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"io"
	"net/http"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/respond/view"
)

// drawn is a brand with what draws it.
type drawn struct {
	brand    *brand.Brand
	renderer *view.Renderer
}

// renderer draws a brand. It is made once for each.
func (p *Page) renderer(b *brand.Brand) (*view.Renderer, error) {
	if d := p.drawn.Load(); d != nil && d.brand == b {
		return d.renderer, nil
	}
	r, err := view.NewRenderer(b.Look)
	if err == nil {
		p.drawn.Store(&drawn{b, r})
	}
	return r, err
}

func (p *Page) draw(w io.Writer, b *brand.Brand, page view.Page) error {
	r, err := p.renderer(b)
	if err != nil {
		return err
	}
	return r.Render(w, page)
}

// style serves the style sheet. Its URL changes with its content, so browsers can keep it. While replicas change to another brand, one can be
// asked for the sheet of another replica. Then browsers do not keep what it answers.
func (p *Page) style(w http.ResponseWriter, r *http.Request) {
	renderer, err := p.renderer(p.Brand())
	if err != nil {
		ctrl.LoggerFrom(r.Context()).WithName("invitation-page").Error(err, "The style sheet cannot be written")
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	if r.URL.Query().Get("v") == renderer.StyleHash {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(renderer.Style)
}
