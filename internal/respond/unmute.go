// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"context"
	"errors"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/internal/web/view"
)

// unmute is the page of somebody who wants e-mail again (I12). The signature of a link proves whose address it is, also when its invitation is
// over or gone.
func (p *Page) unmute(ctx context.Context, token string) (i *invited, kind view.Kind) {
	i = &invited{token: token}
	if i.link, kind = p.verify(ctx, token); kind != "" {
		return i, kind
	}
	return i, p.allow(ctx, i.link)
}

// addMute shows the person with the link that their address gets no e-mail. They can take that back there. Without it, the page is still true.
func (p *Page) addMute(ctx context.Context, i *invited, page *view.Page) {
	if !i.proved() || !page.Kind.ShowsMute() || page.Muted == view.MuteOrganization || page.Muted == view.MutePlatform {
		return
	}
	mutes := []struct {
		organization string
		mute         view.Mute
	}{{recipients.Platform, view.MutePlatform}, {facts.OrganizationOf(i.link.Namespace), view.MuteOrganization}}
	for _, m := range mutes {
		known, err := p.Recipients.Get(ctx, recipients.Recipient{Organization: m.organization, Digest: i.link.EmailDigest})
		switch {
		case err != nil:
			ctrl.LoggerFrom(ctx).WithName("invitation-page").Error(err, "The page cannot say whether e-mail is wanted")
			return
		case known.MutedAt != 0:
			page.Muted, page.Token = m.mute, i.token
			return
		}
	}
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
