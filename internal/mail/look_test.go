// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"fmt"
	"testing"
)

func TestDesign(t *testing.T) {
	for sentence, tc := range map[string]struct {
		look Look
		want Design
	}{
		"nothing is said":    {Look{}, Design{Platform: "Polyorg", Accent: "#1f5fbf", OnAccent: "#ffffff"}},
		"a name is one line": {Look{Platform: " Example\r\nCRM\u202e "}, Design{Platform: "Example CRM", Accent: "#1f5fbf", OnAccent: "#ffffff"}},
		"a name of nothing":  {Look{Platform: "\u200b"}, Design{Platform: "Polyorg", Accent: "#1f5fbf", OnAccent: "#ffffff"}},
		"a bright colour":    {Look{Accent: "#FFCC00"}, Design{Platform: "Polyorg", Accent: "#ffcc00", OnAccent: "#000000"}},
		"a short form of it": {Look{Accent: "#fc0"}, Design{Platform: "Polyorg", Accent: "#ffcc00", OnAccent: "#000000"}},
		"a logo":             {Look{LogoURL: "https://x.com/l.png?a=1&b=2"}, Design{Platform: "Polyorg", LogoURL: "https://x.com/l.png?a=1&b=2", Accent: "#1f5fbf", OnAccent: "#ffffff"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			tc.want.Light, tc.want.Dark = Light, Dark
			if got, err := tc.look.Design(); got != tc.want || err != nil {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, tc.want)
			}
		})
	}
}

// readable is the contrast that WCAG 2.2 asks of text (AA).
const readable = 4.5

func TestColoursCanBeRead(t *testing.T) {
	for name, c := range map[string]Colours{"light": Light, "dark": Dark} {
		for _, pair := range [][2]string{{c.Text, c.Card}, {c.Text, c.Page}, {c.Quiet, c.Card}, {c.Quiet, c.Page}} {
			if got := contrast(pair[0], pair[1]); got < readable {
				t.Errorf("%s: %s on %s has a contrast of %.2f", name, pair[0], pair[1], got)
			}
		}
	}
}

// Whatever colour a platform chooses, the text of its button can be read.
func TestTextOnEveryAccentCanBeRead(t *testing.T) {
	for r := 0; r < 256; r += 5 {
		for g := 0; g < 256; g += 5 {
			for b := 0; b < 256; b += 5 {
				accent := fmt.Sprintf("#%02x%02x%02x", r, g, b)
				if got := contrast(accent, on(accent)); got < readable {
					t.Fatalf("%s on %s has a contrast of %.2f", on(accent), accent, got)
				}
			}
		}
	}
}

func TestContrast(t *testing.T) {
	for pair, want := range map[[2]string]string{
		{"#000000", "#ffffff"}: "21.00", {"#777777", "#ffffff"}: "4.48", {"#0000ff", "#ffffff"}: "8.59", {"#abcdef", "#abcdef"}: "1.00",
	} {
		if got := fmt.Sprintf("%.2f", contrast(pair[0], pair[1])); got != want {
			t.Errorf("%v: got %s, want %s", pair, got, want)
		}
	}
}
