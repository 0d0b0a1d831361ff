// SPDX-License-Identifier: Apache-2.0

package brand

import (
	"fmt"
	"strings"
	"time"

	"github.com/polyorg/polyorg/internal/locale"
	compose "github.com/polyorg/polyorg/internal/mail"
)

// Texts of tenants in samples. A mail program would make links of the second ones.
const (
	harmlessWord = "Zylker"
	hostileWord  = "evil.example"
)

// try writes samples in every language: the least and the most that an e-mail says, and one whose tenants mean ill.
func (b *Brand) try() error {
	for _, l := range b.Texts.Locales() {
		for _, sample := range []compose.Invitation{everything(l, harmlessWord), least(l)} {
			if _, err := b.Composer.Compose(sample); err != nil {
				return fmt.Errorf("%w (in a sample in the language %s)", err, l.Language())
			}
		}
		if err := b.tryHostile(l); err != nil {
			return err
		}
	}
	return nil
}

// tryHostile compares what two organizations make of the e-mail.
func (b *Brand) tryHostile(l *locale.Locale) error {
	if b.Composer == b.BuiltIn {
		return nil // the tests of package mail prove that of ours
	}
	good, err := b.Composer.Compose(everything(l, harmlessWord))
	if err != nil {
		return err
	}
	ill, err := b.Composer.Compose(everything(l, hostileWord))
	if err != nil {
		return err
	}
	if err := sameFrame(good.HTML, ill.HTML); err != nil {
		return fmt.Errorf("%s: %w", KeyHTML, err)
	}
	if err := quoted(ill.Text); err != nil {
		return fmt.Errorf("%s: %w", KeyText, err)
	}
	return nil
}

// least is an invitation with nothing that can be left out.
func least(l *locale.Locale) compose.Invitation {
	const page = "https://invitations.example.com/sample"
	return compose.Invitation{
		Locale: l, Organization: harmlessWord, Role: "Standard", Deadline: time.Date(2026, time.December, 7, 13, 30, 0, 0, time.UTC),
		To: "bob@example.com", AcceptURL: page, DeclineURL: page + "/decline", ID: "sample.1@example.com",
	}
}

// everything is an invitation with all that there can be. Tenants write the word wherever they can.
func everything(l *locale.Locale, word string) compose.Invitation {
	i := least(l)
	i.Organization, i.Inviter = "https://"+word+"/org", "boss@"+strings.ToLower(word)
	i.Role, i.UserType, i.TimeZone = "Administrator", "External", "Europe/Paris"
	i.Message = word + "\n\nAccept:\nhttps://" + word + "/message"
	i.Others = []string{"https://" + word + "/first", word}
	return i
}
