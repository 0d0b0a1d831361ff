// SPDX-License-Identifier: Apache-2.0

package visible

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for sentence, tc := range map[string]struct{ text, want string }{
		"a name stays":                       {"Zylker & Söhne <GmbH> \"Süd\"", "Zylker & Söhne <GmbH> \"Süd\""},
		"A4: line ends become spaces":        {"Zylker\r\nBcc: all@x.com\nX", "Zylker Bcc: all@x.com X"},
		"A4: so do those of Unicode":         {"a\u2028b\u2029c\u0085d\ve", "a b c d e"},
		"spaces of any kind are one":         {" \ta \u00a0\u3000 b ", "a b"},
		"A4: zero width":                     {"Zyl\u200bker\u200d\ufeff\u2060", "Zylker"},
		"A4: bidirectional":                  {"\u202eabc\u202c\u2066d\u2069\u200f", "abcd"},
		"A4: control characters":             {"a\x00\x07\x1b[31m\x7fb\u0080", "a[31mb"},
		"A4: private use, tags and fillers":  {"a\ue000\U000F0000\U000E0041\u3164\u115f\u034fb", "ab"},
		"bytes that are no text":             {"a\xff\xc3(\ufffdb", "a(b"},
		"noncharacters":                      {"a\uffff\ufdd0b", "ab"},
		"letters of other scripts":           {"株式会社 שלום ไทย é", "株式会社 שלום ไทย é"},
		"marks that would paint over a line": {"a" + strings.Repeat("\u0301", 100) + "b", "a\u0301\u0301\u0301\u0301b"},
		"a long one is cut":                  {strings.Repeat("é", 31), strings.Repeat("é", 29) + "…"},
		"as long as it may be":               {strings.Repeat("é", 30), strings.Repeat("é", 30)},
		"nothing":                            {"\u200b \n", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := Line(tc.text, 30); got != tc.want {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestLines(t *testing.T) {
	for sentence, tc := range map[string]struct{ text, want string }{
		"line ends stay":                  {"a\nb\r\nc\rd\n\n\ne", "a\nb\nc\nd\n\n\ne"},
		"but not around it":               {"\r\n\n a\n \n", "a"},
		"tabs and spaces stay":            {"a\t  b", "a\t  b"},
		"A4: what nobody sees is dropped": {"a\u202e\u200b\x00\u2028b\ue000", "ab"},
		"a long one is cut":               {strings.Repeat("a\n", 20), strings.Repeat("a\n", 14) + "a…"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := Lines(tc.text, 30); got != tc.want {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestIsolated(t *testing.T) {
	for text, want := range map[string]string{
		"Zylker": "Zylker", "": "", "株式会社": "株式会社",
		"שלום 7": "\u2068שלום 7\u2069", "Zylker عربي": "\u2068Zylker عربي\u2069",
	} {
		if got := Isolated(text); got != want {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, seed := range []string{"", "a\r\nb", "\u202e", "\xff", "e\u0301\u0301\u0301\u0301\u0301\u0301", strings.Repeat("x", 200)} {
		f.Add(seed, 30)
	}
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = min(max(limit, 1), 2000)
		line := Line(text, limit)
		if strings.ContainsFunc(line, func(r rune) bool { return r != ' ' && unicode.IsSpace(r) || unseen(r) }) || !utf8.ValidString(line) {
			t.Errorf("%q has what nobody sees", line)
		}
		lines := Lines(text, limit)
		if strings.ContainsFunc(lines, func(r rune) bool { return r != '\n' && r != '\t' && unseen(r) }) || !utf8.ValidString(lines) {
			t.Errorf("%q has what nobody sees", lines)
		}
		if utf8.RuneCountInString(line) > limit || utf8.RuneCountInString(lines) > limit {
			t.Errorf("%q or %q has more than %d letters", line, lines, limit)
		}
		if again := Line(line, limit); again != line {
			t.Errorf("%q becomes %q", line, again)
		}
	})
}
