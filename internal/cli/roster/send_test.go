// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/polyorg/polyorg/internal/cli/plain"
)

func refused(why string) error { return &plain.Error{Code: plain.Refused, Message: why} }

func people(emails string) (all []Person) {
	for email := range strings.FieldsSeq(emails) {
		all = append(all, Person{Email: email})
	}
	return all
}

// outcomes are those of a report, by the first letters of their addresses.
func outcomes(r Report) (text string) {
	for _, e := range r.Entries {
		text += e.Email + "=" + string(e.Outcome) + " "
	}
	return strings.TrimSpace(text)
}

func TestSend(t *testing.T) {
	for sentence, tc := range map[string]struct {
		people  string
		known   map[string]Outcome
		answers map[string]error
		want    string
		stopped string
	}{
		"all are invited":          {people: "a b", want: "a=Invited b=Invited"},
		"who is known is skipped":  {people: "a b", known: map[string]Outcome{"a": Member, "b": Pending}, want: "a=AlreadyMember b=AlreadyInvited"},
		"nobody is invited twice":  {people: "a a", want: "a=Invited a=TwiceInFile"},
		"a refusal stops no other": {people: "a b", answers: map[string]error{"a": refused("no [U1]")}, want: "a=Refused b=Invited"},
		"a full organization stops all": {people: "a b c", answers: map[string]error{"b": refused("full [E5]")},
			want: "a=Invited b=NotSent c=NotSent", stopped: "full [E5]"},
		"one whose subscription has ended, too": {people: "a b", answers: map[string]error{"a": refused("suspended [E8]")}, want: "a=NotSent b=NotSent", stopped: "suspended [E8]"},
		"a suspended one too":                   {people: "a b", answers: map[string]error{"a": refused("suspended [E3]")}, want: "a=NotSent b=NotSent", stopped: "suspended [E3]"},
		"so does a cluster that does not answer": {people: "a b", answers: map[string]error{"a": context.DeadlineExceeded},
			want: "a=Unclear b=NotSent", stopped: context.DeadlineExceeded.Error()},
		"so does a connection that breaks under way": {people: "a b", answers: map[string]error{"a": &url.Error{Op: "Post", URL: "https://x", Err: io.EOF}},
			want: "a=Unclear b=NotSent", stopped: "the cluster does not answer: EOF"},
		"and one that does not come about": {people: "a b", answers: map[string]error{
			"a": &url.Error{Op: "Post", URL: "https://x", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}},
			want: "a=NotSent b=NotSent", stopped: "the cluster does not answer: dial: connection refused"},
		"one that wants no request now": {people: "a b", answers: map[string]error{"a": apierrors.NewTooManyRequestsError("try again")},
			want: "a=NotSent b=NotSent", stopped: "Too many requests: try again"},
	} {
		t.Run(sentence, func(t *testing.T) {
			var steps atomic.Int32
			s := &Sender{Known: tc.known, Parallel: 1, Step: func() { steps.Add(1) },
				Invite: func(_ context.Context, p Person) error { return tc.answers[p.Email] }}
			all := people(tc.people)
			r := s.Send(t.Context(), all)
			if got := outcomes(r); got != tc.want || r.Stopped != tc.stopped {
				t.Errorf("got %s, stopped %q; want %s, stopped %q", got, r.Stopped, tc.want, tc.stopped)
			}
			if int(steps.Load()) != len(all) {
				t.Errorf("the bar moved %d times for %d people", steps.Load(), len(all))
			}
		})
	}
}

func TestSendAtOnce(t *testing.T) {
	s := &Sender{Parallel: 8, Step: func() {}, Invite: func(_ context.Context, p Person) error {
		if p.Email == "x7" {
			return errors.Join(refused("no [L7]"))
		}
		return nil
	}}
	var all []Person
	for i := range 100 {
		all = append(all, Person{Email: "x" + string(rune('0'+i%10)) + strings.Repeat("y", i/10)})
	}
	r := s.Send(t.Context(), all)
	if r.Count(Invited) != 99 || r.Count(Refused) != 1 || r.Whole() {
		t.Error(outcomes(r))
	}
}

func TestSendInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	s := &Sender{Parallel: 1, Step: func() {}, Invite: func(context.Context, Person) error {
		interrupt()
		return nil
	}}
	r := s.Send(ctx, people("a b"))
	if got := outcomes(r); got != "a=Invited b=NotSent" || r.Stopped != Interrupted {
		t.Errorf("got %s, stopped %q", got, r.Stopped)
	}
}

// An invitation that is under way at an interrupt is there, whatever the report says. So its answer is waited for.
func TestSendInterruptedUnderWay(t *testing.T) {
	for sentence, tc := range map[string]struct {
		answer func(context.Context) error
		want   string
	}{
		"the answer comes":           {func(ctx context.Context) error { return waited(ctx, grace/2) }, "a=Invited b=NotSent"},
		"the answer comes too late":  {func(ctx context.Context) error { return waited(ctx, 2*grace) }, "a=Unclear b=NotSent"},
		"the answer is to try again": {func(context.Context) error { return apierrors.NewTooManyRequestsError("later") }, "a=NotSent b=NotSent"},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, interrupt := context.WithCancel(t.Context())
				s := &Sender{Parallel: 1, Step: func() {}, Invite: func(ctx context.Context, _ Person) error {
					interrupt()
					return tc.answer(ctx)
				}}
				r := s.Send(ctx, people("a b"))
				if got := outcomes(r); got != tc.want || r.Stopped != Interrupted || r.Whole() {
					t.Errorf("got %s, stopped %q", got, r.Stopped)
				}
			})
		})
	}
}

// waited is the answer to a request after some time, of the clock of the test.
func waited(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func TestReasons(t *testing.T) {
	full := func(email string) Entry { return Entry{Email: email, Outcome: Refused, Why: email + " is full [L7]"} }
	upper := Entry{Email: "Bob@x.com", Outcome: Refused, Why: "write bob@x.com [U1]"}
	words := Entry{Email: "name", Outcome: Refused, Why: "write name@domain; spec.superAdmin names it [R1]"}
	within := Entry{Email: "a@x", Outcome: Refused, Why: "a@x, not aa@x. or a@x.com: no [U1]"}
	r := Report{Entries: []Entry{full("a@x"), {Email: "b@x", Outcome: Invited}, full("c@x"), upper, words, within}}
	want := []Reason{
		{"the person is full [L7]", []Entry{full("a@x"), full("c@x")}}, {"write name@domain [U1]", []Entry{upper}},
		{words.Why, []Entry{words}}, {"the person, not aa@x. or a@x.com: no [U1]", []Entry{within}},
	}
	if diff := cmp.Diff(want, r.Reasons()); diff != "" {
		t.Error(diff)
	}
}

func TestWriteCSV(t *testing.T) {
	s := &Sender{Parallel: 1, Step: func() {}, Invite: func(context.Context, Person) error { return refused("no [U1]") }}
	r := s.Send(t.Context(), []Person{{Line: 56, Email: "a@x"}, {Line: 57, Email: "a@x"}, {Email: "b@x"}})
	var got strings.Builder
	want := "line,email,outcome,why\n56,a@x,Refused,no [U1]\n57,a@x,TwiceInFile,\n,b@x,Refused,no [U1]\n"
	if err := r.WriteCSV(&got); err != nil || got.String() != want {
		t.Errorf("%v, got\n%s", err, got.String())
	}
}
