// SPDX-License-Identifier: Apache-2.0

package view

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/polyorg/polyorg/internal/mail"
)

// parse reads a page as a browser does.
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

// skeleton is the document without its texts.
func skeleton(root *html.Node) (tags []string) {
	for _, n := range elements(root, "") {
		var names []string
		for _, a := range n.Attr {
			names = append(names, a.Key)
		}
		tags = append(tags, n.Data+" "+strings.Join(names, " "))
	}
	return tags
}

var allowed = []string{"html", "head", "meta", "title", "link", "body", "header", "main", "h1", "p", "dl", "div", "dt", "dd", "time", "figure",
	"figcaption", "blockquote", "form", "input", "button", "fieldset", "legend", "label", "span", "a"}

func TestStructure(t *testing.T) {
	r := renderer(t, mail.Look{LogoURL: "https://crm.example.com/logo.png"})
	for _, language := range []string{"en", "fr"} {
		for name, p := range variants(language) {
			t.Run(name+"."+language, func(t *testing.T) {
				root := parse(t, render(t, r, p))
				checkElements(t, root, r)
				checkReaders(t, root, language)
				checkForms(t, root, p)
			})
		}
	}
}

// checkElements proves that the page keeps a content security policy without anything inline or from elsewhere.
func checkElements(t *testing.T, root *html.Node, r *Renderer) {
	t.Helper()
	for _, n := range elements(root, "") {
		if !slices.Contains(allowed, n.Data) {
			t.Errorf("there is a <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || a.Key == "src" || a.Key == "http-equiv" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
		}
		if n.Data == "link" && attribute(n, "href") != StylePath+"?v="+r.StyleHash {
			t.Errorf("the page loads %q", attribute(n, "href"))
		}
	}
	if strings.Contains(content(root), "ZgotmplZ") {
		t.Error("a value did not fit into its place")
	}
}

// checkReaders proves what a screen reader and a phone need.
func checkReaders(t *testing.T, root *html.Node, language string) {
	t.Helper()
	top := elements(root, "html")[0]
	if attribute(top, "lang") != language || attribute(top, "dir") != "ltr" {
		t.Errorf("lang=%q dir=%q", attribute(top, "lang"), attribute(top, "dir"))
	}
	for _, name := range []string{"h1", "main", "title", "header"} {
		if found := elements(root, name); len(found) != 1 || strings.TrimSpace(content(found[0])) == "" {
			t.Errorf("want one <%s> with a text, got %d", name, len(found))
		}
	}
	names := map[string]string{}
	for _, n := range elements(root, "meta") {
		names[attribute(n, "name")] = attribute(n, "content")
	}
	if names["color-scheme"] != "light dark" || names["viewport"] != "width=device-width, initial-scale=1" || names["referrer"] != "no-referrer" {
		t.Errorf("got %v", names)
	}
	for _, n := range append(append(elements(root, "p"), elements(root, "a")...), elements(root, "button")...) {
		if strings.TrimSpace(content(n)) == "" {
			t.Errorf("a <%s> says nothing", n.Data)
		}
	}
}

// field is a control of a form.
type field struct{ Name, Value string }

// checkForms proves that a question has its answers, that a mute can be taken back, and that no other page has a form.
func checkForms(t *testing.T, root *html.Node, p Page) {
	t.Helper()
	var want, got [][]field
	if p.Kind == Ask {
		want = [][]field{
			{{"token", token}, {"decision", "Accept"}},
			{{"token", token}, {"mute", "None"}, {"mute", "Organization"}, {"mute", "Platform"}, {"decision", "Decline"}},
		}
		if p.Declining {
			slices.Reverse(want)
		}
		want = append(want, []field{{"token", token}, {"decision", DecisionNotForMe}})
	}
	if p.Kind.ShowsMute() && p.Muted != "" {
		want = [][]field{{{"token", token}, {"decision", DecisionUnmute}}}
	}
	for _, form := range elements(root, "form") {
		if attribute(form, "method") != "post" || attribute(form, "action") != p.Action {
			t.Errorf("a form has method=%q action=%q", attribute(form, "method"), attribute(form, "action"))
		}
		var fields []field
		for _, n := range append(elements(form, "input"), elements(form, "button")...) {
			fields = append(fields, field{attribute(n, "name"), attribute(n, "value")})
		}
		got = append(got, fields)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the forms (-want +got)\n%s", diff)
	}
	for _, n := range elements(root, "input") {
		if attribute(n, "type") == "radio" && (n.Parent.Data != "label" || strings.TrimSpace(content(n.Parent)) == "") {
			t.Errorf("the choice %q has no label", attribute(n, "value"))
		}
	}
}

// A choice about mail that nobody made is not to be asked: only that one is chosen from the start.
func TestNobodyIsMutedWithoutAsking(t *testing.T) {
	var chosen []string
	for _, n := range elements(parse(t, render(t, renderer(t, mail.Look{}), page(Ask, "en"))), "input") {
		if slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" }) {
			chosen = append(chosen, attribute(n, "value"))
		}
	}
	if diff := cmp.Diff([]string{string(MuteNone)}, chosen); diff != "" {
		t.Error(diff)
	}
}

// The token is in forms alone, and in no address.
func TestTokenStaysInItsForm(t *testing.T) {
	r := renderer(t, mail.Look{})
	for name, p := range variants("en") {
		root := parse(t, render(t, r, p))
		for _, n := range elements(root, "") {
			for _, a := range n.Attr {
				if strings.Contains(a.Val, token) && (p.Kind != Ask && !p.Kind.ShowsMute() || n.Data != "input" || attribute(n, "type") != "hidden") {
					t.Errorf("%s: I11: <%s> has %s=%q", name, n.Data, a.Key, a.Val)
				}
			}
		}
		if strings.Contains(content(root), token) {
			t.Errorf("%s: I11: the token is shown", name)
		}
	}
}

// A page of one kind shows nothing that is another kind's: no message after the end, no limit in a question.
func TestOnlyAKindsOwnFieldsAreShown(t *testing.T) {
	r := renderer(t, mail.Look{})
	for kind := range statuses {
		text := render(t, r, page(kind, "en"))
		for want, kinds := range map[string][]Kind{
			"bring your": {Ask}, "john@zylker.com": {Ask}, "zylker.crm.example.com": {Accepted}, "any organization on": {Ask, Declined, Answered, Expired, Revoked, Superseded, Invalid},
			"as many organizations": {Limit}, "Monday, 7 December 2026 at 14:30": {Ask, Limit, Closed},
			"zylker-works.crm.example.com": {SuspendedHost, UnreadyHost, BaseDomain},
			"Zylker &amp; Sons":            {Ask, Accepted, Declined, Answered, Expired, Revoked, Limit, Closed, NotForYou},
		} {
			if got := strings.Contains(text, want); got != slices.Contains(kinds, kind) {
				t.Errorf("%s shows %q: %v", kind, want, got)
			}
		}
	}
}

func TestAccessURL(t *testing.T) {
	r := renderer(t, mail.Look{})
	for url, want := range map[string]int{
		"https://zylker.crm.example.com/": 1, "http://127.0.0.1:8080": 1, "": 0, "javascript:alert(1)": 0, "/path": 0, "data:text/html,x": 0, "https://": 0, "\x00": 0,
	} {
		p := page(Accepted, "en")
		p.AccessURL = url
		links := elements(parse(t, render(t, r, p)), "a")
		if len(links) != want || want == 1 && attribute(links[0], "href") != url {
			t.Errorf("%q: got %d links", url, len(links))
		}
	}
}

// hostile are texts that tenants might set to get out of their place.
var hostile = map[string]string{
	"quotes":        `"' onmouseover="alert(1)" x='`,
	"markup":        `</dd></dl><script>alert(1)</script><form action="https://evil.example"><button>Accept</button></form>`,
	"an end":        `</title></blockquote></main></body></html><img src=x onerror=alert(1)>`,
	"line ends":     "a\r\nb\u2028c\u2029d\n\n\n",
	"bidirectional": "\u202eab\u202c\u2066c\u2069",
	"zero width":    "Zyl\u200bker\u200d\ufeff",
	"a template":    `{{.Token}} {{template "accept" .}}`,
	"no text":       "a\xff\xfe\xc3(\x00\x1b",
	"much":          strings.Repeat("wide open ", 5000),
	"entities":      "&lt;script&gt; &#x202e; &amp;",
	"right to left": "שלום 7",
}

func withHostile(p Page, text string) Page {
	p.Organization, p.Inviter, p.Message, p.TimeZone, p.Detail, p.Rule = "x"+text, "x"+text, "x"+text, text, "x"+text, text
	p.Host = "x" + text
	return p
}

// Whatever a tenant writes, a page keeps its form, and is bounded.
func TestHostile(t *testing.T) {
	r := renderer(t, mail.Look{})
	for kind := range statuses {
		other := page(kind, "en")
		other.Rule = "X1"
		want := skeleton(parse(t, render(t, r, other)))
		for name, text := range hostile {
			t.Run(string(kind)+"/"+name, func(t *testing.T) {
				got := render(t, r, withHostile(page(kind, "en"), text))
				if diff := cmp.Diff(want, skeleton(parse(t, got))); diff != "" {
					t.Errorf("the page has another form (-want +got)\n%s", diff)
				}
				if strings.ContainsAny(got, "\u202e\u202c\u2066\u200b\u200d\ufeff\u2028\x00\x1b\r") {
					t.Error("the page has what nobody sees")
				}
				if len(got) > 20_000 {
					t.Errorf("the page has %d bytes", len(got))
				}
			})
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, text := range hostile {
		f.Add(string(Ask), text)
	}
	r := renderer(f, mail.Look{})
	f.Fuzz(func(t *testing.T, kind, text string) {
		p := page(Kind(kind), "fr")
		p.Rule = "X1"
		var b, hostile bytes.Buffer
		if err := r.Render(&b, p); err != nil {
			return // no kind of ours
		}
		p = withHostile(p, text)
		p.Rule = "X1"
		if err := r.Render(&hostile, p); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(skeleton(parse(t, b.String())), skeleton(parse(t, hostile.String()))); diff != "" {
			t.Errorf("the page has another form (-want +got)\n%s", diff)
		}
	})
}
