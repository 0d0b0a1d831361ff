// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	for sentence, tc := range map[string]struct {
		line string
		want []string
	}{
		"a short line":                 {"abc", []string{"abc"}},
		"an empty line":                {"", []string{""}},
		"a line that just fits":        {"abcde fghi", []string{"abcde fghi"}},
		"the last space that fits":     {"abc def ghi jkl", []string{"abc def", "ghi jkl"}},
		"a word that ends at the edge": {"abcdefghij klm", []string{"abcdefghij", "klm"}},
		"a word that is too long":      {"abcdefghijklmno", []string{"abcdefghij", "klmno"}},
		"a space that does not break":  {"abcdef\u00a0ghijkl", []string{"abcdef", "ghijkl"}},
		"letters, not bytes":           {"ééééééééééé", []string{"éééééééééé", "é"}},
		"an indentation":               {"  - abcdefghijkl", []string{"  -", "abcdefghij", "kl"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, wrap(tc.line, 10)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("abc def", 3)
	f.Add("          ", 2)
	f.Fuzz(func(t *testing.T, line string, width int) {
		width = min(max(width, 1), 100)
		lines := wrap(line, width)
		for _, l := range lines {
			if len([]rune(l)) > width {
				t.Errorf("%q is too long", l)
			}
		}
		if without(strings.Join(lines, "")) != without(string([]rune(line))) {
			t.Errorf("%q lost something: %q", line, lines)
		}
	})
}

func without(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}
