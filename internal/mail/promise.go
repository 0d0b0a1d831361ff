// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// promiseText checks the text part that a platform's own template made: both links are there, each as a word of its own (I4).
func promiseText(text string, v values) error {
	words := strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r == '<' || r == '>' })
	for _, link := range v.links() {
		if !slices.Contains(words, link.url) {
			return fmt.Errorf("%s: it lacks the link to %s; write {{.%s}} on a line of its own", TextTemplate, link.does, link.field)
		}
	}
	return nil
}

// promiseHTML checks the HTML part that a platform's own template made: both links are there, nothing runs, and nothing but pictures is loaded.
// The links are in no place that another server learns of (I11).
func promiseHTML(text string, v values) error {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return fmt.Errorf("%s: it cannot be read: %w", HTMLTemplate, err)
	}
	to := map[string]bool{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if err := harmless(n, v); err != nil {
			return fmt.Errorf("%s: %w", HTMLTemplate, err)
		}
		if n.Data == "a" && says(n) {
			to[attributeOf(n, "href")] = true
		}
	}
	for _, link := range v.links() {
		if !to[link.url] {
			return fmt.Errorf(`%s: it lacks the link to %s; write <a href="{{.%s}}">{{.Text "mail.%s"}}</a>`, HTMLTemplate, link.does, link.field, link.does)
		}
	}
	return nil
}

type link struct{ does, field, url string }

// links are those that each part has.
func (v values) links() []link {
	return []link{{"accept", "AcceptURL", v.AcceptURL}, {"decline", "DeclineURL", v.DeclineURL}}
}

var encoded = regexp.MustCompile(`%[0-9a-fA-F]{2}`)

// shownIn reports whether an attribute has one of the links, in percent-encoding too. Within an address, a template encodes them.
func (v values) shownIn(attribute string) bool {
	decoded := encoded.ReplaceAllStringFunc(attribute, func(code string) string {
		letter, err := url.PathUnescape(code)
		if err != nil {
			return code // no code that matches is wrong
		}
		return letter
	})
	return slices.ContainsFunc(v.links(), func(l link) bool { return strings.Contains(attribute, l.url) || strings.Contains(decoded, l.url) })
}

// dropped are elements that mail programs drop or warn of.
var dropped = []string{"script", "noscript", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "input", "button", "select",
	"textarea", "base", "link", "audio", "video", "source", "svg", "math", "template", "slot", "dialog"}

// harmless checks one element.
func harmless(n *html.Node, v values) error {
	if slices.Contains(dropped, n.Data) {
		return fmt.Errorf("mail programs drop <%s>; leave it out", n.Data)
	}
	for _, a := range n.Attr {
		if err := harmlessAttribute(n, strings.ToLower(a.Key), a.Val, v); err != nil {
			return fmt.Errorf("<%s %s>: %w", n.Data, a.Key, err)
		}
	}
	if n.Data == "style" && n.FirstChild != nil {
		return harmlessStyle(n.FirstChild.Data)
	}
	return nil
}

// addresses are attributes that have addresses. An e-mail has those of links and pictures alone.
var addresses = []string{"href", "src", "srcset", "action", "formaction", "background", "poster", "cite", "data", "longdesc", "ping", "manifest",
	"codebase", "lowsrc", "dynsrc", "xlink:href"}

func harmlessAttribute(n *html.Node, key, value string, v values) error {
	switch isAnswer := value == v.AcceptURL || value == v.DeclineURL; {
	case strings.HasPrefix(key, "on") || key == "http-equiv" && strings.EqualFold(value, "refresh"):
		return errors.New("mail programs drop it; leave it out")
	case isAnswer && n.Data == "a" && key == "href":
		return nil
	case v.shownIn(value):
		return errors.New("the links to answer stand in <a href> alone; another server would learn them")
	case strings.Contains(value, "ZgotmplZ"):
		return errors.New("a field does not fit here; leave it out")
	case key == "style":
		return harmlessStyle(value)
	}
	return harmlessAddress(n, key, value)
}

func harmlessAddress(n *html.Node, key, value string) error {
	switch {
	case n.Data == "a" && key == "href":
		return address(value, "https:", "http:", "mailto:", "tel:", "#")
	case n.Data == "img" && key == "src":
		return address(value, "https:")
	case slices.Contains(addresses, key):
		return errors.New("an e-mail loads nothing but pictures, by <img src>")
	}
	return nil
}

func address(value string, begins ...string) error {
	for _, begin := range begins {
		if strings.HasPrefix(strings.ToLower(value), begin) {
			return nil
		}
	}
	return fmt.Errorf("the address must begin with %s", strings.Join(begins, " or "))
}

func harmlessStyle(sheet string) error {
	for _, loads := range []string{"url(", "@import", "expression(", "ZgotmplZ"} {
		if strings.Contains(strings.ToLower(sheet), strings.ToLower(loads)) {
			return fmt.Errorf("a style cannot have %s; an e-mail loads nothing but pictures, by <img src>", loads)
		}
	}
	return nil
}

// says reports whether people see or hear what an element is.
func says(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.Type == html.TextNode && strings.TrimSpace(d.Data) != "" || d.Data == "img" && attributeOf(d, "alt") != "" {
			return true
		}
	}
	return false
}

func attributeOf(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
