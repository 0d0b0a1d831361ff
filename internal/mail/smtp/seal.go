// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"bytes"
	netmail "net/mail"
	"regexp"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/polyorg/polyorg/internal/mail"
)

// maxAddress is the longest address that a path of SMTP has room for.
const maxAddress = 254

var (
	messageID = regexp.MustCompile(`^[0-9A-Za-z!#$%&'*+/=?^_{|}~.-]{1,150}@[0-9A-Za-z.-]{1,253}$`)
	language  = regexp.MustCompile(`^[A-Za-z]{1,8}(-[0-9A-Za-z]{1,8})*$`)
)

// envelope is a message as a mail server gets it: to whom and from whom, with their angle brackets, and the content.
type envelope struct {
	from, to string
	content  []byte
}

// seal writes a message. It refuses one that no mail server could understand. Such a refusal is temporary: a server gave no answer yet, and
// another From or another version of the operator can mend it.
func seal(m mail.Message, now time.Time) (envelope, error) {
	from, err := path("the sender", m.From)
	if err != nil {
		return envelope{}, err
	}
	to, err := path("the recipient", m.To)
	if err != nil {
		return envelope{}, err
	}
	var content bytes.Buffer
	message, err := compose(m, now)
	if err == nil {
		_, err = message.WriteTo(&content)
	}
	return envelope{from: from, to: to, content: content.Bytes()}, err
}

// compose adds no header beside these, and none that names the software.
func compose(m mail.Message, now time.Time) (*gomail.Msg, error) {
	if !messageID.MatchString(m.ID) || len(m.ID) > maxAddress {
		return nil, said("the Message-ID is not valid")
	}
	if !language.MatchString(m.Language) {
		return nil, said("the language is not valid")
	}
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	for header, a := range map[gomail.Header]netmail.Address{"From": m.From, "To": m.To, "Reply-To": m.ReplyTo} {
		if header == "Reply-To" && a == (netmail.Address{}) {
			continue
		}
		text, err := mailbox(string(header), a)
		if err != nil {
			return nil, err
		}
		message.SetGenHeader(header, text)
	}
	message.SetMessageIDWithValue(m.ID)
	message.SetDateWithValue(now)
	message.SetGenHeader(gomail.HeaderSubject, subject(m.Subject))
	message.SetGenHeader(gomail.HeaderContentLang, m.Language)
	message.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: an answering machine does not answer
	message.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	message.SetBodyString(gomail.TypeTextPlain, strings.ToValidUTF8(m.Text, "�"))
	message.AddAlternativeString(gomail.TypeTextHTML, strings.ToValidUTF8(m.HTML, "�"))
	return message, nil
}

// path is an address as MAIL and RCPT have it. It means the same address to every reader, or it is refused.
func path(who string, a netmail.Address) (string, error) {
	text := (&netmail.Address{Address: a.Address}).String()
	parsed, err := netmail.ParseAddress(text)
	switch {
	case err != nil, parsed.Address != a.Address, parsed.Name != "", len(text) > maxAddress+len("<>"), !printable.MatchString(text):
		return "", said("the address of " + who + " is not valid")
	}
	return text, nil
}
