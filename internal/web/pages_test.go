// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/polyorg/polyorg/internal/locale"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/web/view"
)

func write(p *Pages, b *brand.Brand, page view.Page) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.Write(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody), b, page)
	return w
}

func TestPagesFollowTheirBrand(t *testing.T) {
	page := view.Page{Kind: view.UnknownHost, Locale: locale.Match("fr")}
	var p Pages
	for _, platform := range []string{"One", "Two", "One"} {
		w := write(&p, &brand.Brand{Look: mail.Look{Platform: platform}}, page)
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "<header>"+platform+"</header>") {
			t.Errorf("%s: %d\n%s", platform, w.Code, w.Body)
		}
		if got := w.Header().Get("Content-Language"); got != "fr" {
			t.Errorf("the page is in %q", got)
		}
	}
}

// TestABrandIsDrawnOnce: a renderer is not made for each request.
func TestABrandIsDrawnOnce(t *testing.T) {
	var p Pages
	b := &brand.Brand{}
	first, err := p.renderer(b)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := p.renderer(b); second != first || err != nil {
		t.Errorf("it was drawn again (%v)", err)
	}
}

// TestMistakes: a page that cannot be written is a mistake of ours, and shows nothing of it.
func TestMistakes(t *testing.T) {
	good, broken := &brand.Brand{}, &brand.Brand{Look: mail.Look{Accent: "secret"}}
	for sentence, tc := range map[string]struct {
		brand *brand.Brand
		page  view.Page
	}{
		"a look that is none":   {broken, view.Page{Kind: view.UnknownHost, Locale: locale.Match()}},
		"a page that lacks all": {good, view.Page{Kind: view.Ask, Locale: locale.Match()}},
	} {
		t.Run(sentence, func(t *testing.T) {
			w := write(new(Pages), tc.brand, tc.page)
			if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "<") {
				t.Errorf("%d\n%s", w.Code, w.Body)
			}
		})
	}
	w := httptest.NewRecorder()
	new(Pages).Style(w, httptest.NewRequest(http.MethodGet, view.StylePath, http.NoBody), broken)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("the style: %d\n%s", w.Code, w.Body)
	}
}

func TestManyDrawAtOnce(t *testing.T) {
	var p Pages
	brands := []*brand.Brand{{Look: mail.Look{Platform: "One"}}, {Look: mail.Look{Platform: "Two"}}}
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			b := brands[n%2]
			w := write(&p, b, view.Page{Kind: view.UnknownHost, Locale: locale.Match()})
			if !strings.Contains(w.Body.String(), "<header>"+b.Look.Platform+"</header>") {
				t.Errorf("a page of %s has another look", b.Look.Platform)
			}
		})
	}
	all.Wait()
}

func TestGuarded(t *testing.T) {
	w := httptest.NewRecorder()
	Guarded(ok).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		"X-Frame-Options": "DENY", "Cache-Control": "no-store", "X-Robots-Tag": "noindex",
	} {
		if got := w.Header().Get(name); !strings.Contains(got, want) {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name := range w.Header() {
		if strings.HasPrefix(name, "Strict-") {
			t.Errorf("%s is the decision of what stands before us", name)
		}
	}
}
