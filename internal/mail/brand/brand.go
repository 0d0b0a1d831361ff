// SPDX-License-Identifier: Apache-2.0

// Package brand makes e-mails and pages look and sound like the platform that sends them: its name, logo, colours, sender, texts and templates.
// They come from a ConfigMap. All of it is checked before any of it is used.
package brand

import (
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"

	"github.com/polyorg/polyorg/internal/locale"
	compose "github.com/polyorg/polyorg/internal/mail"
)

// Keys of the ConfigMap. Each may be absent. The texts of a language have the key locale.FileName.
const (
	KeyPlatform = "platform"
	KeyLogoURL  = "logoURL"
	KeyAccent   = "accent"
	KeyFrom     = "from"
	KeyHTML     = compose.HTMLTemplate
	KeyText     = compose.TextTemplate
)

// maxValue bounds each value, in bytes.
const maxValue = 128 << 10

// Settings are those of the operator's configuration.
type Settings struct {
	// From is the sender, unless the ConfigMap names another. Empty: no e-mail is sent, and the brand is for pages alone.
	From mail.Address
	// ReplyToInviter sends replies to the inviter.
	ReplyToInviter bool
}

// Brand is complete, and was checked. It never changes, and is safe for concurrent use.
type Brand struct {
	Look  compose.Look
	Texts *locale.Texts
	// Composer writes with the platform's own templates. Where one of them fails on an invitation, BuiltIn writes the same with ours. They are
	// the same where the platform has no template. They are nil without a sender.
	Composer, BuiltIn *compose.Composer
}

// BuiltIn is the brand of a platform that decides nothing.
func BuiltIn(s Settings) (*Brand, error) { return Make(s, nil) }

// Make makes a brand of a ConfigMap's data. Its errors begin with a key, and with the line if they have one.
func Make(s Settings, data map[string]string) (*Brand, error) {
	if err := known(data); err != nil {
		return nil, err
	}
	look, lookErr := lookOf(data)
	from, fromErr := fromOf(s, data)
	texts, textsErr := textsOf(data)
	if err := errors.Join(lookErr, fromErr, textsErr); err != nil {
		return nil, err
	}
	b := &Brand{Look: look, Texts: texts}
	if from.Address == "" {
		return b, nil
	}
	var err error
	if b.BuiltIn, err = compose.NewComposer(from, look, s.ReplyToInviter); err != nil {
		return nil, err
	}
	if b.Composer, err = composerOf(b.BuiltIn, data); err != nil {
		return nil, err
	}
	if err := b.try(); err != nil {
		return nil, err
	}
	return b, nil
}

// composerOf has the platform's own templates, if there are any.
func composerOf(builtIn *compose.Composer, data map[string]string) (*compose.Composer, error) {
	own := compose.Templates{HTML: data[KeyHTML], Text: data[KeyText]}
	if own == (compose.Templates{}) {
		return builtIn, nil
	}
	return builtIn.With(own)
}

// known refuses keys that mean nothing: one with a mistake in its name would be without effect.
func known(data map[string]string) error {
	keys := []string{KeyPlatform, KeyLogoURL, KeyAccent, KeyFrom, KeyHTML, KeyText}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(data)) {
		switch {
		case !slices.Contains(keys, key) && !isTexts(key):
			errs = append(errs, fmt.Errorf("%s: there is no such key; there are %s, %s", key, strings.Join(keys, ", "), locale.FileName("<language>")))
		case len(data[key]) > maxValue:
			errs = append(errs, fmt.Errorf("%s: it has more than %d KiB", key, maxValue>>10))
		}
	}
	return errors.Join(errs...)
}

func isTexts(key string) bool {
	return strings.HasPrefix(key, "texts.") && strings.HasSuffix(key, ".yaml")
}

// line is a value of one line. A file that it comes from ends with a line end.
func line(data map[string]string, key string) string { return strings.TrimSpace(data[key]) }

func lookOf(data map[string]string) (compose.Look, error) {
	look := compose.Look{Platform: line(data, KeyPlatform), LogoURL: line(data, KeyLogoURL), Accent: line(data, KeyAccent)}
	var errs []error
	for key, alone := range map[string]compose.Look{KeyLogoURL: {LogoURL: look.LogoURL}, KeyAccent: {Accent: look.Accent}} {
		if _, err := alone.Design(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", key, err))
		}
	}
	if design, err := (compose.Look{Platform: look.Platform}).Design(); err == nil && look.Platform != "" && design.Platform != look.Platform {
		errs = append(errs, fmt.Errorf("%s: it must be one line of at most %d letters that people see", KeyPlatform, compose.MaxPlatform))
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return look, errors.Join(errs...)
}

func fromOf(s Settings, data map[string]string) (mail.Address, error) {
	text := line(data, KeyFrom)
	if text == "" {
		return s.From, nil
	}
	from, err := mail.ParseAddress(text)
	if err == nil {
		_, err = compose.NewComposer(*from, compose.Look{}, false)
	}
	if err != nil {
		return mail.Address{}, fmt.Errorf("%s: it must be an e-mail address in ASCII, with or without a name before it, such as CRM <crm@example.com>", KeyFrom)
	}
	return *from, nil
}

func textsOf(data map[string]string) (*locale.Texts, error) {
	own := maps.Clone(data)
	maps.DeleteFunc(own, func(key, _ string) bool { return !isTexts(key) })
	if len(own) == 0 {
		return locale.Shipped(), nil
	}
	return locale.Shipped().Replace(own)
}
