// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/polyorg/polyorg/internal/mail/brand"
)

var styleLink = regexp.MustCompile(`href="(/answers/style\.css)\?(v=[0-9a-f]+)"`)

// The page looks and sounds as the brand that is in force at each request.
func TestThePageFollowsTheBrand(t *testing.T) {
	s := pageOf(t)
	own, err := brand.Make(brand.Settings{}, map[string]string{
		"platform": "Zylker Works", "accent": "#b00020", "texts.fr.yaml": "page: {accept: Oui}",
	})
	if err != nil {
		t.Fatal(err)
	}
	before := s.get("/answers/" + s.token).Body.String()
	s.Brand = func() *brand.Brand { return own }
	after := s.get("/answers/" + s.token).Body.String()
	for _, want := range []string{"<header>Zylker Works</header>", ">Oui</button>"} {
		if strings.Contains(before, want) || !strings.Contains(after, want) {
			t.Errorf("%q is in\n%s\nand not in\n%s", want, before, after)
		}
	}
	was, is := styleLink.FindStringSubmatch(before), styleLink.FindStringSubmatch(after)
	if was == nil || is == nil || was[2] == is[2] {
		t.Fatalf("the style sheet has the same address: %v, %v", was, is)
	}
	for query, cached := range map[string]bool{is[2]: true, was[2]: false, "": false} {
		w := s.get(is[1], func(r *http.Request) { r.URL.RawQuery = query })
		if !strings.Contains(w.Body.String(), "--accent: #b00020;") {
			t.Errorf("%s: got\n%s", query, w.Body)
		}
		if got := strings.Contains(w.Header().Get("Cache-Control"), "immutable"); got != cached {
			t.Errorf("%s: Cache-Control is %q", query, w.Header().Get("Cache-Control"))
		}
	}
}
