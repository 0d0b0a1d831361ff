// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"errors"
	"net/http"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/respond/view"
)

// unmutePath is where a form goes by which somebody takes back that they want no more e-mail.
const unmutePath = "/unmute"

// unmute serves a POST: somebody wants e-mail again. The link proves whose address it is, also after the answer, until its deadline (I12).
func (p *Page) unmute(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.render(w, r, nil, view.Page{Kind: view.Invalid})
		return
	}
	i, ended := p.owner(r.Context(), r.PostForm.Get(view.FieldToken))
	if ended != "" {
		p.render(w, r, i, view.Page{Kind: ended})
		return
	}
	var errs []error
	for _, whom := range []types.UID{i.organization.UID, recipients.Platform} {
		errs = append(errs, p.Recipients.Unmute(r.Context(), whom, i.invitation.Spec.Email, p.Clock.Now()))
	}
	if err := errors.Join(errs...); err != nil {
		p.render(w, r, i, view.Page{Kind: p.unavailable(r.Context(), err)})
		return
	}
	p.render(w, r, i, view.Page{Kind: view.Unmuted})
}
