// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"context"
	"errors"
	"net/http"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/respond/view"
	"github.com/polyorg/polyorg/internal/rules"
)

// unmutePath is where a form goes by which somebody takes back that they want no more e-mail.
const unmutePath = "/unmute"

// unmute serves a POST: somebody wants e-mail again (I12). The signature of a link proves whose address it is, also when its invitation is over
// or gone.
func (p *Page) unmute(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.render(w, r, nil, view.Page{Kind: view.Invalid})
		return
	}
	link, ended := p.verify(r.Context(), r.PostForm.Get(view.FieldToken))
	if ended == "" {
		ended = p.allow(r.Context(), link)
	}
	p.render(w, r, nil, view.Page{Kind: ended})
}

// allow allows e-mail again, of the organization and of all others. It returns the page that says so.
func (p *Page) allow(ctx context.Context, link rules.Link) view.Kind {
	var errs []error
	for _, organization := range []string{facts.OrganizationOf(link.Namespace), recipients.Platform} {
		of := recipients.Recipient{Organization: organization, Digest: link.EmailDigest}
		errs = append(errs, p.Recipients.Unmute(ctx, of, p.Clock.Now()))
	}
	if err := errors.Join(errs...); err != nil {
		return p.unavailable(ctx, err)
	}
	return view.Unmuted
}
