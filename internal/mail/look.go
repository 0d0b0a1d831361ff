// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/polyorg/polyorg/internal/locale/visible"
)

// Look is what the platform decides about e-mails and pages. Each empty field has a default.
type Look struct {
	// Platform is the name of the platform; empty: Polyorg.
	Platform string
	// LogoURL is an https address of a picture that stands at the top of an e-mail; empty: the name stands there. It is all that an e-mail
	// loads from elsewhere.
	LogoURL string
	// Accent is the colour of the main button, as #rgb or #rrggbb; empty: a blue.
	Accent string
}

// Colours are those of one scheme, light or dark.
type Colours struct {
	// Page lies behind Card, which lies behind Text, the less important Quiet, and the Line around things.
	Page, Card, Text, Quiet, Line string
}

// The schemes. Every text in them has a contrast of 4.5 at least, as WCAG 2.2 asks for (AA).
var (
	Light = Colours{Page: "#f2f4f7", Card: "#ffffff", Text: "#1d2530", Quiet: "#566070", Line: "#c9d0da"}
	Dark  = Colours{Page: "#11151b", Card: "#1a2029", Text: "#e8ecf2", Quiet: "#a3adbb", Line: "#414c5b"}
)

// Design is a Look that was checked, with all that templates need. E-mail and page have the same.
type Design struct {
	Platform, LogoURL string
	// OnAccent is the colour of text on Accent.
	Accent, OnAccent string
	Light, Dark      Colours
}

// MaxPlatform is how many letters the name of a platform has at most.
const MaxPlatform = 60

const (
	defaultPlatform = "Polyorg"
	defaultAccent   = "#1f5fbf"
	maxURL          = 4096
)

var hexColour = regexp.MustCompile(`^#(?:[0-9a-f]{3}|[0-9a-f]{6})$`)

// Design checks a look, and fills in what it leaves out.
func (l Look) Design() (Design, error) {
	accent := cmp.Or(strings.ToLower(l.Accent), defaultAccent)
	if !hexColour.MatchString(accent) {
		return Design{}, fmt.Errorf("the accent %q is no colour; write it as #rgb or #rrggbb", l.Accent)
	}
	if l.LogoURL != "" {
		if err := webAddress(l.LogoURL, "https"); err != nil {
			return Design{}, fmt.Errorf("the address of the logo: %w", err)
		}
	}
	accent = long(accent)
	return Design{
		Platform: cmp.Or(visible.Line(l.Platform, MaxPlatform), defaultPlatform), LogoURL: l.LogoURL,
		Accent: accent, OnAccent: on(accent), Light: Light, Dark: Dark,
	}, nil
}

// webAddress accepts what stands in a link or a line of text without any change. Its errors do not show the address, which may hold a token.
func webAddress(text string, schemes ...string) error {
	switch u, err := url.Parse(text); {
	case err != nil, u.Host == "", u.User != nil, u.Opaque != "":
		return errors.New("it is no absolute address of the web, such as https://crm.example.com/x")
	case len(text) > maxURL:
		return fmt.Errorf("it has more than %d characters", maxURL)
	case strings.ContainsFunc(text, unfit):
		return errors.New("it has a character that stands in no address; write it in percent-encoding")
	default:
		return oneOf(u.Scheme, schemes)
	}
}

func oneOf(scheme string, schemes []string) error {
	for _, s := range schemes {
		if s == scheme {
			return nil
		}
	}
	return fmt.Errorf("its scheme must be %s", strings.Join(schemes, " or "))
}

// unfit holds for what RFC 3986 leaves out, and for what templates write in percent-encoding.
func unfit(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}'()", r)
}
