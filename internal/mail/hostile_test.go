// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"mime"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// hostile are texts that tenants might set to get out of their place.
var hostile = map[string]string{
	"quotes":                 `"' onmouseover="alert(1)" x='`,
	"markup":                 `</td></table><script>alert(1)</script><a href="https://evil.example">x</a>`,
	"an end of everything":   `--></style></title></body></html><img src=https://evil.example/p.png>`,
	"line ends":              "Zylker\r\nBcc: all@evil.example\r\n\r\nBody\nAccept:\nhttps://evil.example/",
	"Unicode's line ends":    "Zylker\u2028Bcc: a@evil.example\u2029\u0085X",
	"bidirectional":          "\u202eelpmaxe.live//:sptth\u202c \u2066x\u2069",
	"zero width":             "Zyl\u200bker\u200d\ufeff",
	"an encoded word":        "=?utf-8?q?Bank=0D=0ABcc:_x@evil.example?= =?UTF-8?B?QmFuaw==?=",
	"a template":             `{{.AcceptURL}} {{define "x"}}{{end}} {{.Text "mail.accept"}}`,
	"an address of the web":  "Win on https://evil.example/win or www.evil.example or eve@evil.example or evil。example now",
	"control characters":     "a\x00b\x1b]8;;https://evil.example\x07c\x7f",
	"bytes that are no text": "a\xff\xfe\xc3(",
	"marks":                  "Z" + strings.Repeat("\u0335\u0489", 300),
	"entities":               "&lt;script&gt; &#x202e; &amp;",
	"much":                   strings.Repeat("wide open ", 5000),
	"much without a space":   strings.Repeat("W", 50000),
	"nothing to see":         "\u200b\u2060",
	"from right to left":     "שלום 7",
}

func hostileIn(change func(*Invitation, string)) map[string]Invitation {
	all := map[string]Invitation{}
	for name, text := range hostile {
		i := full("en")
		change(&i, text)
		all[name] = i
	}
	return all
}

var fields = map[string]func(*Invitation, string){
	"organization":         func(i *Invitation, text string) { i.Organization = text },
	"inviter":              func(i *Invitation, text string) { i.Inviter = text + "@x" },
	"message":              func(i *Invitation, text string) { i.Message = "x" + text },
	"another organization": func(i *Invitation, text string) { i.Others[1] = text },
	"the time zone":        func(i *Invitation, text string) { i.TimeZone = text },
}

// likeALink is what a mail program might make a link of.
var likeALink = regexp.MustCompile(`(?i)[\pL\pN][.。．｡][\pL]{2}|://|\b[a-z0-9]@[a-z0-9]|mailto:`)

// Whatever a tenant writes, both parts keep their form, no header gets a line or an encoded word, and nothing looks like a link.
func TestHostile(t *testing.T) {
	c := composer(t, Look{})
	benign := compose(t, c, full("en"))
	want, ours := skeleton(parse(t, benign.HTML)), unquoted(benign.Text)
	for field, change := range fields {
		for name, i := range hostileIn(change) {
			t.Run(field+"/"+name, func(t *testing.T) {
				m := compose(t, c, i)
				if diff := cmp.Diff(want, skeleton(parse(t, m.HTML))); diff != "" {
					t.Errorf("the HTML has another form (-want +got)\n%s", diff)
				}
				if got := unquoted(m.Text); len(got) != len(ours) {
					t.Errorf("the text has %d lines of ours, want %d:\n%s", len(got), len(ours), m.Text)
				}
				checkHeaders(t, m)
				checkNoLinks(t, m, i)
				checkVisible(t, m.Text)
				checkVisible(t, content(parse(t, m.HTML)))
			})
		}
	}
}

// unquoted are the lines of ours, in which a message has no part.
func unquoted(text string) (lines []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, ">") {
			lines = append(lines, line)
		}
	}
	return lines
}

func checkHeaders(t *testing.T, m Message) {
	t.Helper()
	decoded, err := new(mime.WordDecoder).DecodeHeader(m.Subject)
	if err != nil || decoded != m.Subject {
		t.Errorf("a mail program decodes the subject %q as %q (%v)", m.Subject, decoded, err)
	}
	if strings.ContainsFunc(m.Subject, func(r rune) bool { return !unicode.IsGraphic(r) }) || len([]rune(m.Subject)) > maxSubject {
		t.Errorf("the subject is not one visible line: %q", m.Subject)
	}
	if a := m.ReplyTo.Address; a != "" && !bare(a) {
		t.Errorf("the Reply-To is %q", a)
	}
}

// checkNoLinks looks at each text by itself. An element between two of them parts a word for a mail program.
func checkNoLinks(t *testing.T, m Message, i Invitation) {
	t.Helper()
	root := elements(parse(t, m.HTML), "body")[0]
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Data != i.AcceptURL && likeALink.MatchString(n.Data) {
			t.Errorf("a mail program makes a link of %q", n.Data)
		}
	}
	for _, a := range elements(root, "a") {
		if href := attribute(a, "href"); href != i.AcceptURL && href != i.DeclineURL {
			t.Errorf("there is a link to %q", href)
		}
	}
}

// checkVisible finds nothing that nobody sees, but for our own marks around a name that is written from right to left.
func checkVisible(t *testing.T, text string) {
	t.Helper()
	if strings.Count(text, "\u2068") != strings.Count(text, "\u2069") {
		t.Error("a mark of direction has no partner")
	}
	for _, r := range strings.NewReplacer("\n", "", "\u2068", "", "\u2069", "").Replace(text) {
		if !unicode.IsGraphic(r) || r == unicode.ReplacementChar {
			t.Errorf("there is %U", r)
		}
	}
}

// A message is quoted, so no line of it looks like one of ours.
func TestMessageFakesNoPartOfOurs(t *testing.T) {
	i := full("en")
	i.Message = "Thanks.\n\nAccept the invitation:\nhttps://evil.example/\n\nor pay " + strings.Repeat("now ", 60)
	m := compose(t, composer(t, Look{}), i)
	if !strings.Contains(m.Text, "\n> Accept the invitation:\n> https://evil.example/\n>\n> or pay now") {
		t.Errorf("the message is not quoted:\n%s", m.Text)
	}
	for _, line := range unquoted(m.Text) {
		if strings.Contains(line, "evil") || strings.HasPrefix(line, "now") {
			t.Errorf("a line of the message stands alone: %q", line)
		}
	}
}

func TestLineEndsOfAMessageStay(t *testing.T) {
	i := full("en")
	i.Message = "a\r\nb\n\n\nc"
	m := compose(t, composer(t, Look{}), i)
	if !strings.Contains(m.Text, "\n> a\n> b\n>\n>\n> c\n") {
		t.Errorf("got %s", m.Text)
	}
	quote := elements(parse(t, m.HTML), "blockquote")[0]
	if n := len(elements(quote, "br")); n != 4 || strings.TrimSpace(content(quote)) != "a\nb\n\n\nc" {
		t.Errorf("%d line ends in %q", n, content(quote))
	}
}

// What parts an address adds nothing that is seen or copied.
func TestPlain(t *testing.T) {
	for _, text := range append([]string{"a.b", "https://evil.example/x?y=<z>&w", "ok. Yes: no", "x.", ""}, hostile["quotes"], hostile["markup"]) {
		got := string(inHTML{}.Plain(text))
		if likeALink.MatchString(got) {
			t.Errorf("%q looks like a link", got)
		}
		nodes, err := html.ParseFragment(strings.NewReader(got), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
		if err != nil {
			t.Fatal(err)
		}
		read := ""
		for _, n := range nodes {
			read += n.Data
		}
		if read = strings.ReplaceAll(read, "wbr", ""); read != text {
			t.Errorf("got %q, want %q", read, text)
		}
	}
	if got := (inHTML{}).Plain("Ok. Yes"); got != "Ok. Yes" {
		t.Errorf("a sentence is parted: %q", got)
	}
}

func FuzzCompose(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, text, text, text)
	}
	c := composer(f, Look{})
	f.Fuzz(func(t *testing.T, organization, inviter, message, other string) {
		i := full("en")
		i.Organization, i.Inviter, i.Message, i.Others = organization, "a"+inviter, "a"+message, []string{"b", other, "c"}
		m := compose(t, c, i)
		benign := compose(t, c, full("en"))
		if diff := cmp.Diff(skeleton(parse(t, benign.HTML)), skeleton(parse(t, m.HTML))); diff != "" {
			t.Errorf("the HTML has another form (-want +got)\n%s", diff)
		}
		if got, want := len(unquoted(m.Text)), len(unquoted(benign.Text)); got != want {
			t.Errorf("the text has %d lines of ours, want %d:\n%s", got, want, m.Text)
		}
		checkHeaders(t, m)
		checkNoLinks(t, m, i)
	})
}
