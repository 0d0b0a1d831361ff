// SPDX-License-Identifier: Apache-2.0

package brand

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// said are attributes that are read out, and that say what tenants write.
var said = []string{"alt", "title", "aria-label", "summary", "content"}

// sameFrame compares the HTML of two samples, in which only the texts of tenants differ. Those stand between elements, and in attributes that are
// read out. They are in no address, no style and no link that a mail program makes by itself.
func sameFrame(good, ill string) error {
	want, got := frameOf(good), frameOf(ill)
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			return fmt.Errorf("%s changes with what tenants write; use their fields in texts alone", nameOf(want, got, i))
		}
	}
	return noLinks(ill)
}

// frameOf is a document without its texts.
func frameOf(text string) (frame []string) {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return nil // it was read before
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data == "wbr" {
			continue
		}
		frame = append(frame, "<"+n.Data+">")
		for _, a := range n.Attr {
			if !slices.Contains(said, a.Key) {
				frame = append(frame, fmt.Sprintf("<%s %s>\x00%s", n.Data, a.Key, a.Val))
			}
		}
		if n.Data == "style" && n.FirstChild != nil {
			frame = append(frame, "<style>\x00"+n.FirstChild.Data)
		}
	}
	return frame
}

// nameOf names a place in a frame, without a value of it.
func nameOf(want, got []string, i int) string {
	for _, frame := range [][]string{got, want} {
		if i < len(frame) {
			name, _, _ := strings.Cut(frame[i], "\x00")
			return name
		}
	}
	return "the document"
}

// noLinks refuses texts of tenants that a mail program would make a link of.
func noLinks(text string) error {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return nil // it was read before
	}
	for n := range root.Descendants() {
		unread := n.Parent != nil && slices.Contains([]string{"title", "style"}, n.Parent.Data)
		if n.Type == html.TextNode && !unread && strings.Contains(n.Data, hostileWord) {
			return errors.New("mail programs make links of addresses that tenants write; write {{.Plain .Organization}}, {{.Plain .Inviter}}, " +
				"and in a range {{$.Plain .}}")
		}
	}
	return nil
}

// quoted refuses a message that looks like a part of the e-mail.
func quoted(text string) error {
	for line := range strings.Lines(text) {
		if strings.Contains(line, hostileWord+"/message") && !strings.HasPrefix(line, ">") {
			return errors.New("the inviter's message looks like a part of the e-mail; write {{range .Quoted}}> {{.}}, and a line end before {{end}}")
		}
	}
	return nil
}
