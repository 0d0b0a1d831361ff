// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// parse reads the HTML part as a browser does.
func parse(t *testing.T, text string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// elements are those of a name, or all.
func elements(root *html.Node, name string) (all []*html.Node) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (name == "" || n.Data == name) {
			all = append(all, n)
		}
	}
	return all
}

// content is the text in a node as it is read.
func content(root *html.Node) string {
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	}
	return b.String()
}

// skeleton is the document without its texts. Lines of a message and places for line breaks do not count.
func skeleton(root *html.Node) (tags []string) {
	for _, n := range elements(root, "") {
		if n.Data == "wbr" || n.Data == "br" {
			continue
		}
		var names []string
		for _, a := range n.Attr {
			names = append(names, a.Key)
		}
		tags = append(tags, n.Data+" "+strings.Join(names, " "))
	}
	return tags
}

var (
	allowed = []string{"html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "th", "h1", "h2", "p",
		"blockquote", "br", "wbr", "a", "ul", "li", "img"}
	loads = regexp.MustCompile(`(?i)url\s*\(|@import|expression|src\s*=`)
)

func TestStructure(t *testing.T) {
	for _, look := range []Look{{}, {Platform: "CRM", LogoURL: "https://crm.example.com/logo.png", Accent: "#fff"}} {
		for _, language := range []string{"en", "fr"} {
			for name, i := range variants(language) {
				t.Run(look.Platform+name+"."+language, func(t *testing.T) {
					root := parse(t, compose(t, composer(t, look), i).HTML)
					checkElements(t, root, look)
					checkLanguage(t, root, language)
					checkLinks(t, root, i)
				})
			}
		}
	}
}

// checkElements proves that nothing runs, and that nothing but the logo is loaded.
func checkElements(t *testing.T, root *html.Node, look Look) {
	t.Helper()
	for _, n := range elements(root, "") {
		if !slices.Contains(allowed, n.Data) {
			t.Errorf("there is a <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "background" || a.Key == "srcset" || loads.MatchString(a.Val) || a.Key == "http-equiv" {
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
			if a.Key == "src" && (n.Data != "img" || a.Val != look.LogoURL) {
				t.Errorf("<%s> loads %q", n.Data, a.Val)
			}
		}
		if n.Data == "style" && loads.MatchString(content(n)) {
			t.Error("the style sheet loads something")
		}
		if n.Data == "table" && attribute(n, "role") != "presentation" && (len(elements(n, "th")) == 0 || len(elements(n, "table")) > 0) {
			t.Error("a table without a role is no table of data")
		}
		if n.Data == "th" && attribute(n, "scope") != "row" {
			t.Error("a heading of a row does not say so")
		}
		if n.Data == "img" && attribute(n, "alt") == "" {
			t.Error("a picture has no text in its place")
		}
	}
	if images := len(elements(root, "img")); (images == 1) != (look.LogoURL != "") {
		t.Errorf("%d pictures", images)
	}
	if strings.Contains(content(root), "ZgotmplZ") {
		t.Error("a value did not fit into its place")
	}
}

func checkLanguage(t *testing.T, root *html.Node, language string) {
	t.Helper()
	for _, n := range append(elements(root, "html"), elements(root, "div")...) {
		if attribute(n, "lang") != language || attribute(n, "dir") != "ltr" {
			t.Errorf("<%s> has lang=%q dir=%q", n.Data, attribute(n, "lang"), attribute(n, "dir"))
		}
	}
	if len(elements(root, "h1")) != 1 || content(elements(root, "title")[0]) == "" {
		t.Error("want one h1 and a title")
	}
	names := map[string]string{}
	for _, n := range elements(root, "meta") {
		names[attribute(n, "name")] = attribute(n, "content")
	}
	if names["color-scheme"] != "light dark" || !strings.Contains(names["viewport"], "width=device-width") {
		t.Errorf("got %v", names)
	}
	if !strings.Contains(content(elements(root, "style")[0]), "prefers-color-scheme: dark") {
		t.Error("nothing is for dark mode")
	}
}

// checkLinks proves I4: both links are there, they say what they do, and there is no other.
func checkLinks(t *testing.T, root *html.Node, i Invitation) {
	t.Helper()
	got := map[string]string{}
	for _, n := range elements(root, "a") {
		got[attribute(n, "href")] = content(n)
	}
	accept, err := i.Locale.Text("mail.accept", nil)
	if err != nil {
		t.Fatal(err)
	}
	decline, err := i.Locale.Text("mail.decline", nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{i.AcceptURL: accept, i.DeclineURL: decline}, got); diff != "" {
		t.Errorf("the links (-want +got)\n%s", diff)
	}
	if !slices.ContainsFunc(elements(root, "p"), func(n *html.Node) bool { return content(n) == i.AcceptURL }) {
		t.Error("the link is not shown as text")
	}
}

// I4: an organization that the invitee belongs to is named in both parts, and so is everything else that the e-mail must tell.
func TestBothPartsTell(t *testing.T) {
	i := full("en")
	m := compose(t, composer(t, Look{}), i)
	body := content(elements(parse(t, m.HTML), "body")[0])
	for _, part := range []string{m.Text, body} {
		for _, want := range []string{"Zylker & Sons", "john@zylker.com", "Administrator", "Monday, 7 December 2026 at 14:30 (time zone Europe/Paris, UTC+01:00)",
			"bring your <laptop>", "Initech", "Société Générale de Démonstration", "שלום 7", "bob@example.com", i.AcceptURL,
			"You did not expect this e-mail?", "Do not forward"} {
			if !strings.Contains(part, want) {
				t.Errorf("%q is not in:\n%s", want, part)
			}
		}
	}
	if !strings.Contains(m.Text, "\n"+i.DeclineURL+"\n") || !strings.Contains(m.Text, "\n"+i.AcceptURL+"\n") {
		t.Error("the text part has no line for a link")
	}
}
