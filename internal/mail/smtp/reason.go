// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"encoding/base64"
	"net/textproto"
	"regexp"
	"strings"
	"unicode"
)

// maxReason is the length of a Failure's reason, in characters.
const maxReason = 200

var (
	// status is the enhanced status code at the beginning of a line.
	status = regexp.MustCompile(`^([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:\s+|$)`)
	// anyAddress is whatever has a sign that stands for an @ in an address, in a link too.
	anyAddress = regexp.MustCompile(`(?i)(?:"[^"]*"|[^\s<>()\[\]{}"',;:|]+)?(?:@|＠|﹫|%40)[^\s<>()\[\]{}"',;:|]*`)
	// anyToken is a part of a signed token, or another text that is too long for a word.
	anyToken = regexp.MustCompile(`[0-9A-Za-z_+=-]{24,}`)
)

// reason takes the status off a reply, and makes the rest fit for a Failure.
func (f files) reason(reply *textproto.Error) (enhanced, reason string) {
	var text []string
	for line := range strings.Lines(reply.Msg) {
		line = strings.TrimSpace(line)
		if found := status.FindString(line); found != "" {
			line = line[len(found):]
			if enhanced == "" {
				enhanced = strings.TrimSpace(found)
			}
		}
		text = append(text, line)
	}
	reason = cut(f.clean(strings.Join(text, " ")), maxReason)
	if reason == "" {
		reason = "the mail server gave no reason"
	}
	return enhanced, reason
}

// clean makes a text one line of visible characters. A server repeats what it was sent: addresses, names, perhaps a part of the message. So
// addresses, tokens and what the files hold become "…".
func (f files) clean(text string) string {
	text = oneLine(f.hide(text))
	text = anyAddress.ReplaceAllString(text, "…")
	text = anyToken.ReplaceAllString(text, "…")
	return f.hide(text)
}

// hide takes the credentials out of a text, also as a sign-in encodes them. Letter case does not matter in a name.
func (f files) hide(text string) string {
	if f.username == "" {
		return text
	}
	for _, secret := range []string{f.password, encode(f.password), encode("\x00" + f.username + "\x00" + f.password), encode(f.username)} {
		text = strings.ReplaceAll(text, secret, "…")
	}
	return regexp.MustCompile(`(?i)`+regexp.QuoteMeta(f.username)).ReplaceAllLiteralString(text, "…")
}

func encode(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// cut shortens a text to a number of characters.
func cut(text string, length int) string {
	if runes := []rune(text); len(runes) > length {
		return string(runes[:length-1]) + "…"
	}
	return text
}

// oneLine is a text in one line, without characters that nobody sees.
func oneLine(text string) string {
	return strings.Join(strings.Fields(strings.Map(visible, strings.ToValidUTF8(text, "�"))), " ")
}

func visible(r rune) rune {
	const blank = '\u2800' // braille without dots
	switch {
	case unicode.IsSpace(r), unicode.IsControl(r):
		return ' '
	case r == blank, !unicode.IsPrint(r), unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
		return -1
	}
	return r
}
