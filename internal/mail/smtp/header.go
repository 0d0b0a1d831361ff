// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"encoding/base64"
	netmail "net/mail"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	printable = regexp.MustCompile(`^[\x20-\x7E]+$`)
	// plainName are words that a header can have before an address without quotes, and not too long for a line.
	plainName = regexp.MustCompile(`^[0-9A-Za-z!#$%&'*+/^_{|}~-]{1,60}( [0-9A-Za-z!#$%&'*+/^_{|}~-]{1,60})*$`)
	// plainSubject are words of ASCII that are not too long for a line.
	plainSubject = regexp.MustCompile(`^[\x21-\x7E]{1,60}( [\x21-\x7E]{1,60})*$`)
)

// mailbox is an address with its name as a header has it. A name is either of harmless words or encoded, so there are no quotes to get out of.
func mailbox(header string, a netmail.Address) (string, error) {
	address, err := path("the header "+header, a)
	name := oneLine(a.Name)
	switch {
	case err != nil:
		return "", err
	case name == "":
		return address, nil
	case !plainName.MatchString(name):
		name = encodedWords(name)
	}
	return name + " " + address, nil
}

// subject encodes what looks encoded too: the reader would see something else than was meant.
func subject(text string) string {
	text = oneLine(text)
	if text == "" || plainSubject.MatchString(text) && !strings.Contains(text, "=?") {
		return text
	}
	return encodedWords(text)
}

// encodedWords encodes a text by RFC 2047. The libraries leave ASCII as it is, also where it looks like an encoded word.
func encodedWords(text string) string {
	const room = 36 // bytes in one word, so that the first has its place beside the header's name
	var words []string
	for text != "" {
		n := 0
		for n < len(text) {
			_, size := utf8.DecodeRuneInString(text[n:])
			if n+size > room {
				break
			}
			n += size
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(text[:n]))+"?=")
		text = text[n:]
	}
	return strings.Join(words, " ")
}
