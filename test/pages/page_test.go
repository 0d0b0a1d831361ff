// SPDX-License-Identifier: Apache-2.0

package pages

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	gomegatypes "github.com/onsi/gomega/types"
)

const (
	// patience bounds one page on a busy machine.
	patience = 4 * time.Minute
	// pace is the least time that a reader needs from one step to the next.
	pace = 500 * time.Millisecond
)

// step is an instruction of a page, and the outcome that the page shows, if any.
type step struct{ do, shows string }

var fence = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?\n)```$")

// stepsOf reads a page. The outcome of a step is the first block without a language after it.
func stepsOf(page string) (steps []step) {
	open := false
	for _, block := range fence.FindAllStringSubmatch(page, -1) {
		switch language, text := block[1], block[2]; {
		case language == "bash":
			steps, open = append(steps, step{do: text}), true
		case language == "" && open:
			steps[len(steps)-1].shows, open = text, false
		}
	}
	return steps
}

// walk does every step of a page, and compares the outcomes with the page.
func walk(ctx context.Context, path string) {
	page, err := os.ReadFile(filepath.Join(l.Root, "docs", path))
	Expect(err).NotTo(HaveOccurred())
	steps := stepsOf(string(page))
	Expect(steps).To(HaveLen(strings.Count(string(page), "```bash")))
	Expect(steps).NotTo(BeEmpty())
	t := open(ctx)
	for _, s := range steps {
		By(s.do)
		t.take(ctx, s)
	}
}

// take does one step. Its last command may read something that follows the others a moment later, so take repeats that command. Only before
// the others it waits as a reader does.
func (t *terminal) take(ctx context.Context, s step) {
	GinkgoHelper()
	acts, reads := s.split()
	if acts != "" {
		time.Sleep(pace) //nolint:forbidigo // A reader's pace is no state: RBAC's watches must keep up with it.
	}
	said, failed := t.run(acts)
	Eventually(func(g Gomega) {
		text, badly := t.run(reads)
		g.Expect(said + text).To(show(s.shows))
		g.Expect(failed || badly).To(Equal(s.isRefused()), "%s", said+text)
	}).WithContext(ctx).Should(Succeed())
}

// reading is how a command begins that only reads.
var reading = regexp.MustCompile(`^kubectl (get|auth can-i|polyorg list) `)

// split separates what a step does from what it reads afterwards.
func (s step) split() (acts, reads string) {
	lines := strings.SplitAfter(strings.TrimSpace(s.do), "\n")
	last := lines[len(lines)-1]
	if reading.MatchString(last) {
		return strings.Join(lines[:len(lines)-1], ""), last
	}
	return s.do, ""
}

// refusal is how a page shows that a command failed. The last one is the answer of `kubectl auth can-i`.
var refusal = regexp.MustCompile(`denied |Error from server|(?m:^error: |^no$)`)

// isRefused reports whether the page shows a failure of the step.
func (s step) isRefused() bool { return refusal.MatchString(s.shows) }

var (
	space = regexp.MustCompile(`\s+`)
	// logged is a line of kubectl's own log. A wait that has ended may log that its watch was cancelled.
	logged = regexp.MustCompile(`(?m)^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ .*$`)
	// moment is a time, which differs from one walk to another.
	moment = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\b(\d+[smhd])+\b`)
)

// plain is a text without the widths of its columns, its line breaks, and kubectl's log.
func plain(text string) string {
	text = logged.ReplaceAllString(text, "")
	return space.ReplaceAllString(moment.ReplaceAllString(text, "<time>"), " ")
}

// show matches an output that equals the page's. An ellipsis on the page stands for any text.
func show(shown string) gomegatypes.GomegaMatcher {
	return WithTransform(plain, Satisfy(func(said string) bool {
		for part := range strings.SplitSeq(plain(shown), "…") {
			_, rest, ok := strings.Cut(said, strings.TrimSpace(part))
			if !ok {
				return false
			}
			said = rest
		}
		return true
	}))
}

func TestShow(t *testing.T) {
	said := "NAME   READY   AGE\nlabs   True    1m5s\nError: no place on this page [L1]\n"
	for shown, want := range map[string]bool{
		"":                                   true,
		"NAME READY AGE labs True 44s":       true,
		"labs   True    7s":                  true,
		"Error: no place\non this page [L1]": true,
		"labs … [L1]":                        true,
		"… no place … [L1]":                  true,
		"labs False 44s":                     false,
		"labs True 44s [L1]":                 false,
		"Error … labs":                       false,
		"labs   True    6d23h":               true,
	} {
		if got, err := show(shown).Match(said); err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", shown, got, err, want)
		}
	}
}

func TestIsRefused(t *testing.T) {
	for shown, want := range map[string]bool{
		"": false, "yes\n": false, "no\n": true, "no difference\n": false,
		"You left zylker-studio.\nerror: john@zylker.com is the super admin [R3]\n": true,
		"… denied the request: no [L1]\n":                                           true,
		"Error from server (Forbidden): no\n":                                       true,
		"LimitExceeded is no error: it is a reason\n":                               false,
	} {
		if got := (step{shows: shown}).isRefused(); got != want {
			t.Errorf("%q: %v", shown, got)
		}
	}
}

func TestStepsOf(t *testing.T) {
	page := "```\nnot done\n```\n```bash\none\n```\n\n```\nshown of one\n```\n```\nsomething else\n```\n```bash\ntwo\n```\n```bash\nthree\n```\nwords\n```\nshown of three\n```\n"
	want := []step{{"one\n", "shown of one\n"}, {"two\n", ""}, {"three\n", "shown of three\n"}}
	if got := stepsOf(page); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
