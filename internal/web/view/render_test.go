// SPDX-License-Identifier: Apache-2.0

package view

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/polyorg/polyorg/internal/locale"
	"github.com/polyorg/polyorg/internal/mail"
)

const token = "eyJhbGciOiJIUzI1NiIsImtpZCI6IjIwMjYtMTEtMjkifQ.eyJqdGkiOiJhIn0.c2lnbmF0dXJl"

// page is one of a kind, with everything that any kind shows.
func page(kind Kind, language string) Page {
	return Page{
		Kind: kind, Locale: locale.Match(language),
		Organization: "Zylker & Sons", Inviter: "john@zylker.com", Role: "Administrator", UserType: "External",
		Message:  "Hello Bob,\n\nwe start on Monday. The plan is on https://wiki.zylker.com/plan\n  - bring your <laptop>",
		Deadline: time.Date(2026, time.December, 7, 13, 30, 0, 0, time.UTC), TimeZone: "Europe/Paris",
		Action: "/answer", Token: token, AccessURL: "https://zylker.crm.example.com/", Muted: MutePlatform, Rule: "L1", Detail: "no [L1]",
		Host: "zylker-works.crm.example.com",
	}
}

// variants are the pages that golden files have.
func variants(language string) map[string]Page {
	all := map[string]Page{}
	for kind := range statuses {
		all[string(kind)] = page(kind, language)
	}
	all["Ask-least"] = Page{Kind: Ask, Locale: locale.Match(language), Organization: "Zylker", Role: "Standard", Token: token, Deadline: page(Ask, "").Deadline}
	declining := page(Ask, language)
	declining.Declining = true
	all["Ask-declining"] = declining
	all["Accepted-least"] = Page{Kind: Accepted, Locale: locale.Match(language), Organization: "Zylker"}
	all["Declined-least"] = Page{Kind: Declined, Locale: locale.Match(language), Organization: "Zylker"}
	muted := page(Declined, language)
	muted.Muted = MuteOrganization
	all["Declined-muted"] = muted
	other := page(Limit, language)
	other.Rule, other.Detail = "X1", "bob@example.com has as many as one user can have; leave one (used 3 of 3) [X1]"
	all["Limit-other"] = other
	for _, kind := range []Kind{NotForYou, Unmuted, Answered, Expired, Revoked, Superseded, Limit, Closed} {
		all[string(kind)+"-least"] = Page{Kind: kind, Locale: locale.Match(language)}
	}
	return all
}

func renderer(tb testing.TB, look mail.Look) *Renderer {
	tb.Helper()
	r, err := NewRenderer(look)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func render(tb testing.TB, r *Renderer, p Page) string {
	tb.Helper()
	var b bytes.Buffer
	if err := r.Render(&b, p); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	r := renderer(t, mail.Look{Platform: "Example CRM", LogoURL: "https://crm.example.com/logo.png", Accent: "#fc0"})
	r.StyleHash = "hash"
	golden(t, "style.css", string(r.Style))
	for _, language := range []string{"en", "fr"} {
		for name, p := range variants(language) {
			t.Run(name+"."+language, func(t *testing.T) { golden(t, name+"."+language+".html", render(t, r, p)) })
		}
	}
}

func TestStatus(t *testing.T) {
	for kind, want := range map[Kind]int{
		Ask: http.StatusOK, Accepted: http.StatusOK, Declined: http.StatusOK, Answered: http.StatusConflict, Expired: http.StatusGone,
		Revoked: http.StatusGone, Superseded: http.StatusGone, Limit: http.StatusConflict, Closed: http.StatusConflict,
		Invalid: http.StatusNotFound, TryAgain: http.StatusServiceUnavailable, TooMany: http.StatusTooManyRequests,
		NotForYou: http.StatusOK, Unmuted: http.StatusOK,
		SuspendedHost: http.StatusForbidden, UnknownHost: http.StatusNotFound, UnreadyHost: http.StatusServiceUnavailable, BaseDomain: http.StatusOK,
		"Nothing": http.StatusInternalServerError,
	} {
		if got := kind.Status(); got != want {
			t.Errorf("%s: got %d, want %d", kind, got, want)
		}
	}
}

func TestStyle(t *testing.T) {
	plain, yellow := renderer(t, mail.Look{}), renderer(t, mail.Look{Accent: "#ffcc00"})
	if plain.StyleHash == yellow.StyleHash || plain.StyleHash == "" {
		t.Errorf("%q and %q do not tell two style sheets apart", plain.StyleHash, yellow.StyleHash)
	}
	for _, want := range []string{"--accent: #ffcc00;", "--on-accent: #000000;", "--text: " + mail.Light.Text + ";", "--text: " + mail.Dark.Text + ";",
		"prefers-color-scheme: dark"} {
		if !bytes.Contains(yellow.Style, []byte(want)) {
			t.Errorf("%q is not in the style sheet", want)
		}
	}
	for _, not := range []string{"url(", "@import", "{{"} {
		if bytes.Contains(yellow.Style, []byte(not)) {
			t.Errorf("%q is in the style sheet", not)
		}
	}
	if !strings.Contains(render(t, plain, page(Invalid, "en")), `href="/style.css?v=`+plain.StyleHash+`"`) {
		t.Error("the page does not ask for its style sheet")
	}
}

func TestNewRendererRefuses(t *testing.T) {
	if _, err := NewRenderer(mail.Look{Accent: "red;}body{display:none"}); err == nil {
		t.Error("want an error")
	}
}

func TestRenderRefuses(t *testing.T) {
	for sentence, tc := range map[string]struct {
		page Page
		want string
	}{
		"no kind":                        {Page{}, `kind ""`},
		"a kind that there is not":       {Page{Kind: "Other"}, `kind "Other"`},
		"a question without a token":     {Page{Kind: Ask, Organization: "Z", Role: "Standard", Deadline: time.Unix(1, 0)}, "token"},
		"a question without a time":      {Page{Kind: Ask, Organization: "Z", Role: "Standard", Token: token}, "deadline"},
		"R1: a role that is not offered": {Page{Kind: Ask, Organization: "Z", Role: "SuperAdmin", Token: token, Deadline: time.Unix(1, 0)}, "SuperAdmin"},
		"membership of nothing":          {Page{Kind: Accepted}, "names the organization"},
		"a refusal of nothing":           {Page{Kind: Declined}, "names the organization"},
		"A7: the suspension of nothing":  {Page{Kind: SuspendedHost}, "names the host"},
		"a host that is no host":         {Page{Kind: UnreadyHost}, "names the host"},
		"a base domain that is none":     {Page{Kind: BaseDomain}, "names the host"},
	} {
		t.Run(sentence, func(t *testing.T) {
			var b bytes.Buffer
			err := renderer(t, mail.Look{}).Render(&b, tc.page)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("want %q, got %v", tc.want, err)
			}
			if b.Len() != 0 {
				t.Error("part of a page was written")
			}
			if strings.Contains(err.Error(), token) {
				t.Errorf("I11: the error shows the token: %v", err)
			}
		})
	}
}

func TestWithoutLocale(t *testing.T) {
	if got := render(t, renderer(t, mail.Look{}), Page{Kind: Invalid}); !strings.Contains(got, `<html lang="en" dir="ltr">`) {
		t.Errorf("got %s", got)
	}
}

type closedWriter struct{}

var errClosed = errors.New("closed")

func (closedWriter) Write([]byte) (int, error) { return 0, errClosed }

func TestRenderTellsThatNobodyReads(t *testing.T) {
	if err := renderer(t, mail.Look{}).Render(closedWriter{}, Page{Kind: Invalid}); !errors.Is(err, errClosed) {
		t.Errorf("got %v", err)
	}
}
