// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"context"
	"errors"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/respond/view"
	"github.com/polyorg/polyorg/internal/rules"
)

// unmute is the page of somebody who wants e-mail again (I12). The signature of a link proves whose address it is, also when its invitation is
// over or gone.
func (p *Page) unmute(ctx context.Context, token string) view.Kind {
	link, ended := p.verify(ctx, token)
	if ended != "" {
		return ended
	}
	return p.allow(ctx, link)
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
