// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/locale"
	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/internal/token"
	"github.com/polyorg/polyorg/internal/web"
	"github.com/polyorg/polyorg/internal/web/view"
)

// Page answers requests for the page of an invitation.
type Page struct {
	// URL is where people reach the page. Its path is the beginning of every path that is served.
	URL *url.URL
	// Client reads and creates past any cache.
	Client client.Client
	Tokens *token.Store
	// Recipients notes who wants no more e-mail.
	Recipients *recipients.Store
	// Brand is how the page looks at this moment, and what it says.
	Brand func() *brand.Brand
	Clock clock.PassiveClock
	// Rate bounds the requests that ask the API server something, and the pages that say no more than that a link is not valid.
	Rate *Rate

	pages web.Pages
}

// retryAfter is how many seconds somebody should wait before they try again.
const retryAfter = "60"

// invited is an invitation as its page shows it.
type invited struct {
	token string
	// link is what the token proves; zero if it proves nothing.
	link         rules.Link
	invitation   *v1alpha1.Invitation
	organization *v1alpha1.Organization
}

// proved reports whether the request has shown a link that the operator signed.
func (i *invited) proved() bool { return i.link.Invitation != "" }

// show serves a GET. It changes nothing.
func (p *Page) show(w http.ResponseWriter, r *http.Request) {
	i, ended := p.read(r.Context(), r.PathValue("token"))
	if ended != "" {
		p.render(w, r, i, view.Page{Kind: ended})
		return
	}
	p.render(w, r, i, view.Page{Kind: view.Ask, Declining: strings.HasSuffix(r.URL.Path, "/decline")})
}

// verify reads a token. Where it is not valid, ended is the page that says so.
func (p *Page) verify(ctx context.Context, text string) (link rules.Link, ended view.Kind) {
	link, err := p.Tokens.Verify(ctx, text)
	switch {
	case errors.Is(err, token.ErrInvalid):
		return link, view.Invalid
	case err != nil:
		return link, p.unavailable(ctx, err)
	case !p.Rate.Allow(link):
		return link, view.TooMany
	}
	return link, ""
}

// read finds the invitation of a token. Where the link cannot be followed, ended is the page that says why.
func (p *Page) read(ctx context.Context, text string) (i *invited, ended view.Kind) {
	i = &invited{token: text}
	if i.link, ended = p.verify(ctx, text); ended != "" {
		return i, ended
	}
	standing, err := token.Standing(ctx, p.Client, i.link)
	if err != nil {
		return i, p.unavailable(ctx, err)
	}
	i.invitation = standing.Invited() // the page of its end names the organization too
	ended = p.addOrganization(ctx, i)
	if violations := rules.FollowLink(standing, p.Clock.Now()); len(violations) > 0 && ended != view.TryAgain {
		return i, endOf(violations)
	}
	return i, ended
}

// addOrganization reads the organization of an invitation. Where there is none, ended is the page that says so.
func (p *Page) addOrganization(ctx context.Context, i *invited) (ended view.Kind) {
	if i.invitation == nil {
		return ""
	}
	var org v1alpha1.Organization
	switch err := p.Client.Get(ctx, client.ObjectKey{Name: facts.OrganizationOf(i.link.Namespace)}, &org); {
	case client.IgnoreNotFound(err) != nil:
		return p.unavailable(ctx, err)
	case err != nil:
		return view.Closed
	}
	i.organization = &org
	if org.DeletionTimestamp != nil {
		return view.Closed
	}
	return ""
}

// ends are the pages of links that cannot be followed, by the rule that says so.
var ends = map[string]view.Kind{
	"I1": view.Expired, "I2": view.Answered, "I9": view.Superseded, "I10": view.Revoked, "I11": view.Invalid,
}

// endOf is the page of a link that cannot be followed. A rule without a page of its own ends it nevertheless.
func endOf(violations rules.Violations) view.Kind {
	return cmp.Or(ends[violations[0].Rule], view.Invalid)
}

// unavailable is the page of a request that cannot be answered now. Only the log says why.
func (p *Page) unavailable(ctx context.Context, err error) view.Kind {
	ctrl.LoggerFrom(ctx).WithName("invitation-page").Error(err, "The page of an invitation cannot be shown now")
	return view.TryAgain
}

// render writes a page in the reader's language, or else in the organization's.
func (p *Page) render(w http.ResponseWriter, r *http.Request, i *invited, page view.Page) {
	if i == nil {
		i = &invited{}
	}
	if (!i.proved() || page.Kind == view.TooMany) && !p.Rate.AllowRefusal() {
		turnAway(w)
		return
	}
	b := p.Brand()
	page.Locale = i.locale(b.Texts, r)
	i.fill(&page)
	p.addMute(r.Context(), i, &page)
	page.Base, page.Action = p.base(), p.base()+answerPath
	if page.Kind == view.TryAgain || page.Kind == view.TooMany {
		w.Header().Set("Retry-After", retryAfter)
	}
	p.pages.Write(w, r, b, page)
}

// style serves the style sheet.
func (p *Page) style(w http.ResponseWriter, r *http.Request) { p.pages.Style(w, r, p.Brand()) }

// turnAway answers one of very many requests that are refused. It costs no page.
func turnAway(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Retry-After", retryAfter)
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = io.WriteString(w, "Too many requests. Wait a minute, and then open the link from the e-mail again.\n")
}

// base is the path before every path of the page.
func (p *Page) base() string { return strings.TrimSuffix(p.URL.Path, "/") }

// locale is the language that the reader's browser asks for, or else the organization's.
func (i *invited) locale(texts *locale.Texts, r *http.Request) *locale.Locale {
	preferences := []string{r.Header.Get("Accept-Language")}
	if i.organization != nil {
		preferences = append(preferences, i.organization.Spec.Locale)
	}
	return texts.Match(preferences...)
}

// fill shows what the link's bearer may know: what the e-mail says, too.
func (i *invited) fill(page *view.Page) {
	if i.organization == nil || i.invitation == nil {
		return
	}
	spec := i.invitation.Spec
	page.Token, page.Email = i.token, spec.Email
	page.Organization = cmp.Or(i.organization.Spec.DisplayName, i.organization.Name)
	page.Inviter, page.Role, page.UserType = i.invitation.Status.InvitedBy, string(spec.Role), string(spec.UserType)
	page.Message, page.Deadline, page.TimeZone = spec.Message, i.link.ExpiresAt, i.organization.Spec.TimeZone
}

// unknown is the page of every other path.
func (p *Page) unknown(w http.ResponseWriter, r *http.Request) {
	p.render(w, r, nil, view.Page{Kind: view.Invalid})
}

// foreign is the page of a form that another site sends.
func (p *Page) foreign(w http.ResponseWriter, r *http.Request) {
	p.render(w, r, nil, view.Page{Kind: view.Foreign})
}
