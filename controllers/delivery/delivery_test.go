// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/rules"
)

var (
	busy      = &mail.Failure{Stage: "name the recipient", Code: 451, Reason: "busy"}
	down      = &mail.Failure{Stage: "connect to the mail server", Platform: true, Reason: "the connection was refused"}
	unknown   = &mail.Failure{Stage: "name the recipient", Code: 550, Permanent: true, Reason: "no such user"}
	uncertain = &mail.Failure{Stage: "wait for the mail server to accept the message", Uncertain: true, Reason: "no answer"}
)

// mutes asks for no more e-mail in the name of a recipient.
func (s *scene) mutes(name string) {
	s.Helper()
	if err := s.Recipients.Mute(s.Context(), recipients.Of("zylker", name+"@example.org"), s.clock.Now()); err != nil {
		s.Fatal(err)
	}
}

func TestI12AWishWithdrawsOneMessageOnce(t *testing.T) {
	i := begun("bob", 2)
	i.Status.Delivery.ResendRequestedAt = &metav1.Time{Time: start}
	s := newScene(t, i)
	s.mutes("bob")
	for range 3 { // the write of the first wakes the controller again
		s.looks("bob")
	}
	d := s.wants("bob", v1alpha1.ReasonRecipientOptedOut, 0)
	if d.Sends != 2 || !d.Withdrawn {
		t.Errorf("got %+v: the number of a message is never used again", d)
	}
	if got := rules.ValidSend(s.stored("bob")); got != 1 {
		t.Errorf("the link of message %d is valid, want that of the one that was sent", got)
	}
}

func TestI12UncertainAttemptsAreCountedByThemselves(t *testing.T) {
	s := newScene(t, begun("bob", 1))
	for n, step := range []struct {
		says   *mail.Failure
		reason string
	}{
		{down, v1alpha1.ReasonDeferred}, {busy, v1alpha1.ReasonDeferred}, {down, v1alpha1.ReasonDeferred}, {uncertain, v1alpha1.ReasonDeferred},
		{uncertain, v1alpha1.ReasonDeferred}, {busy, v1alpha1.ReasonDeferred}, {uncertain, v1alpha1.ReasonUndelivered},
	} {
		s.office.says(step.says)
		next := s.looks("bob").RequeueAfter
		if d := s.wants("bob", step.reason, n+1); d.NextAttemptAt == nil != (next == 0) || int(d.Attempts) != n+1 {
			t.Errorf("after attempt %d: next in %s, %+v", n+1, next, d)
		}
		s.clock.Step(next)
	}
	s.looks("bob")
	s.wants("bob", v1alpha1.ReasonUndelivered, 7)
}

func TestI12PausesGrowUntilTheDeadline(t *testing.T) {
	s := newScene(t, begun("bob", 1))
	s.office.says(down)
	var pauses []time.Duration
	for {
		next := s.looks("bob").RequeueAfter
		if next == 0 {
			break
		}
		pauses = append(pauses, next)
		s.clock.Step(next)
	}
	want := []time.Duration{15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour}
	if !slices.Equal(pauses[:len(want)], want) || slices.Max(pauses) != time.Hour {
		t.Errorf("pauses %v", pauses)
	}
	deadline := start.AddDate(0, 0, 7)
	if now := s.clock.Now(); !now.Before(deadline) || now.Add(time.Hour).Before(deadline) {
		t.Errorf("the last attempt was at %s, the deadline is %s", now, deadline)
	}
	s.wants("bob", v1alpha1.ReasonUndelivered, len(pauses)+1)
}

func TestI12AResultThatIsNotStoredIsKept(t *testing.T) {
	s := newScene(t, begun("bob", 1))
	s.refuse = errors.New("the API server takes no write")
	for range 3 {
		if _, err := s.Reconcile(t.Context(), ctrl.Request{NamespacedName: key("bob")}); err == nil {
			t.Fatal("nothing failed")
		}
	}
	s.refuse = nil
	s.looks("bob")
	if d := s.wants("bob", v1alpha1.ReasonSent, 1); d.Attempts != 1 || d.LastSentAt == nil {
		t.Errorf("got %+v", d)
	}
}

func TestI12AResultIsStoredAlsoWhenTheOperatorStops(t *testing.T) {
	for name, tc := range map[string]struct {
		says   *mail.Failure
		reason string
	}{
		"one that was taken":         {nil, v1alpha1.ReasonSent},
		"one that may be taken":      {uncertain, v1alpha1.ReasonDeferred},
		"one that was not is as new": {&mail.Failure{Stage: "name the sender", Platform: true, Reason: "the operator stopped waiting"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, begun("bob", 1))
			ctx, stop := context.WithCancel(t.Context())
			s.office.says(tc.says)
			answer := s.office.answer
			s.office.answer = func(m mail.Message) error { stop(); return answer(m) }
			_, err := s.Reconcile(ctx, ctrl.Request{NamespacedName: key("bob")})
			if tc.reason != "" {
				s.wants("bob", tc.reason, 1)
				return
			}
			if d := s.stored("bob").Status.Delivery; err == nil || d.Attempts != 0 {
				t.Errorf("%v, %+v", err, d)
			}
		})
	}
}

// What changes while a message waits for the connection counts: a mail server that hangs makes it wait for minutes.
func TestAMessageIsJudgedWhenItsTurnComes(t *testing.T) {
	for name, tc := range map[string]struct {
		meanwhile func(*scene)
		reason    string
	}{
		"I10: revoked": {func(s *scene) { s.changes("bob", func(i *v1alpha1.Invitation) { i.Spec.Revoked = true }) }, ""},
		"I2: answered": {func(s *scene) {
			s.changes("bob", func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationDeclined })
		}, ""},
		"I1: over":   {func(s *scene) { s.clock.Step(8 * 24 * time.Hour) }, ""},
		"I12: muted": {func(s *scene) { s.mutes("bob") }, v1alpha1.ReasonRecipientOptedOut},
		"I12: was sent": {func(s *scene) {
			s.changes("bob", func(i *v1alpha1.Invitation) { i.Status.Delivery.LastSentAt = &metav1.Time{Time: start} })
		}, ""},
		"E3: suspended": {func(s *scene) { s.suspends() }, v1alpha1.ReasonOrganizationSuspended},
		"E8: suspended": {func(s *scene) {
			s.subscribes(func(o *v1alpha1.Organization) { o.Spec.Suspended = &v1alpha1.OrganizationSuspension{Reason: "Unpaid"} })
		}, v1alpha1.ReasonOrganizationSuspended},
		"I9: gone": {func(s *scene) { _ = s.Live.Delete(s.Context(), s.stored("bob")) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, begun("bob", 1))
			s.office.turn = func() { tc.meanwhile(s) }
			s.looks("bob")
			if tc.reason != "" {
				s.wants("bob", tc.reason, 0)
			}
			if len(s.office.sent) != 0 {
				t.Errorf("%d messages left", len(s.office.sent))
			}
		})
	}
}

func TestI9AMessageThatWasBegunAnewMeanwhileHasTheNewNumber(t *testing.T) {
	s := newScene(t, begun("bob", 1))
	s.office.turn = func() { s.changes("bob", func(i *v1alpha1.Invitation) { i.Status.Delivery.Sends = 2 }) }
	s.looks("bob")
	s.wants("bob", v1alpha1.ReasonSent, 1)
	if s.office.sent[0].ID != "bob.2@example.com" {
		t.Errorf("its Message-ID is %s", s.office.sent[0].ID)
	}
}

// suspends takes the subscription away, and the trial is over.
func (s *scene) suspends() {
	s.Helper()
	s.subscribes(func(o *v1alpha1.Organization) {
		o.Spec.Subscription = nil
		o.CreationTimestamp = metav1.NewTime(start.AddDate(-1, 0, 0))
	})
}

func (s *scene) subscribes(change func(*v1alpha1.Organization)) {
	s.Helper()
	o := organization()
	if err := s.Live.Get(s.Context(), clientKey(o), o); err != nil {
		s.Fatal(err)
	}
	change(o)
	if err := s.Live.Update(s.Context(), o); err != nil {
		s.Fatal(err)
	}
}

func TestE3AMessageOfASuspendedOrganizationIsHeld(t *testing.T) {
	s := newScene(t, begun("bob", 1))
	s.suspends()
	if next := s.looks("bob").RequeueAfter; next != time.Minute {
		t.Errorf("the next look is in %s", next)
	}
	s.wants("bob", v1alpha1.ReasonOrganizationSuspended, 0)
	if got := value(t, waiting); got != 0 {
		t.Errorf("%v wait for the mail server", got)
	}
	s.subscribes(func(o *v1alpha1.Organization) { o.Spec.Subscription = organization().Spec.Subscription })
	s.clock.Step(time.Minute)
	s.looks("bob")
	s.wants("bob", v1alpha1.ReasonSent, 1)
}

func TestI2AFailureAfterTheEndPromisesNoNextAttempt(t *testing.T) {
	for name, end := range map[string]func(*v1alpha1.Invitation){
		"declined": func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationDeclined },
		"expired":  func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationExpired },
		"revoked":  func(i *v1alpha1.Invitation) { i.Spec.Revoked = true },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, begun("bob", 1))
			s.office.answer = func(mail.Message) error { s.changes("bob", end); return busy }
			if next := s.looks("bob").RequeueAfter; next != 0 {
				t.Errorf("it is looked at again in %s", next)
			}
			d := s.wants("bob", v1alpha1.ReasonUndelivered, 1)
			c := meta.FindStatusCondition(s.stored("bob").Status.Conditions, v1alpha1.ConditionDelivered)
			if d.NextAttemptAt != nil || !strings.Contains(c.Message, "ended before its e-mail was sent") {
				t.Errorf("%+v, %q", d, c.Message)
			}
		})
	}
}
