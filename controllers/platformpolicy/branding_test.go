// SPDX-License-Identifier: Apache-2.0

package platformpolicy

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/event"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/mail/brand/follow"
)

// said follows nothing: a test says what its verdict is.
type said struct {
	verdict  follow.Verdict
	next     chan struct{}
	kept     map[string]string
	failures int // of Keep, before it succeeds
}

func (s *said) Verdict() (latest follow.Verdict, changed <-chan struct{}) { return s.verdict, s.next }

func (s *said) Keep(_ context.Context, data map[string]string) error {
	s.failures--
	if s.failures >= 0 {
		return errors.New("no")
	}
	s.kept = maps.Clone(data)
	return nil
}

func ofVersion(version string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "look", UID: "1", ResourceVersion: version}, Data: map[string]string{"platform": version}}
}

func goodOf(version string) follow.Verdict {
	of := ofVersion(version)
	return follow.Verdict{Of: of, InForce: of.Data, Judged: true}
}

var errWrong = errors.New("accent: it is no colour\nfrom: it is no address")

func TestBrandingTells(t *testing.T) {
	good, bad := goodOf("1"), follow.Verdict{Of: ofVersion("2"), Problem: errWrong, Judged: true}
	late := bad // the good one before it was never told
	late.InForce = good.InForce
	gone := follow.Verdict{Problem: follow.ErrNotFound, Judged: true}
	const warning, normal = "Warning BrandingRefused accent: it is no colour; from: it is no address", "Normal BrandingInForce E-mails and pages look as it says"
	for sentence, tc := range map[string]struct {
		verdicts []follow.Verdict
		events   []string
		kept     string
	}{
		"nothing before the first look":               {[]follow.Verdict{{}}, nil, ""},
		"no event of a good one that was there":       {[]follow.Verdict{good}, nil, "1"},
		"an event of a bad one, once":                 {[]follow.Verdict{bad, bad}, []string{warning}, ""},
		"an event when it is mended":                  {[]follow.Verdict{bad, goodOf("3")}, []string{warning, normal}, "3"},
		"the last good one is kept beside a bad one":  {[]follow.Verdict{good, bad}, []string{warning}, "1"},
		"even if it was good for a moment only":       {[]follow.Verdict{late}, []string{warning}, "1"},
		"no event of one that is not there":           {[]follow.Verdict{good, gone}, nil, "1"},
		"an event of one that comes after the leader": {[]follow.Verdict{gone, good}, []string{normal}, "1"},
	} {
		t.Run(sentence, func(t *testing.T) {
			recorder := events.NewFakeRecorder(10)
			s := &said{}
			b := &Branding{follower: s, events: recorder, changed: make(chan event.GenericEvent, 10)}
			for _, v := range tc.verdicts {
				if err := b.tell(t.Context(), v); err != nil {
					t.Fatal(err)
				}
			}
			close(recorder.Events)
			var got []string
			for e := range recorder.Events {
				got = append(got, e)
			}
			if strings.Join(got, "|") != strings.Join(tc.events, "|") {
				t.Errorf("got %q, want %q", got, tc.events)
			}
			if s.kept["platform"] != tc.kept {
				t.Errorf("kept %v, want %q", s.kept, tc.kept)
			}
		})
	}
}

// A write that failed is tried again, without another change.
func TestBrandingKeepsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &said{verdict: goodOf("1"), next: make(chan struct{}), failures: 2}
		b := &Branding{follower: s, events: events.NewFakeRecorder(10), changed: make(chan event.GenericEvent, 10)}
		ctx, cancel := context.WithTimeout(t.Context(), 3*brandingRetry)
		defer cancel()
		if err := b.Start(ctx); err != nil || s.kept["platform"] != "1" {
			t.Errorf("kept %v, %v", s.kept, err)
		}
	})
}

func TestTheConditionOfBranding(t *testing.T) {
	before := metav1.Condition{Type: v1alpha1.ConditionBrandingAccepted, Status: metav1.ConditionTrue, Reason: "Before"}
	for sentence, tc := range map[string]struct {
		branding *Branding
		reason   string // empty: there is no condition
		message  string
	}{
		"none without a ConfigMap to look at":      {nil, "", ""},
		"as an earlier leader said, before a look": {&Branding{follower: &said{}}, "Before", ""},
		"a good one": {&Branding{follower: &said{verdict: follow.Verdict{Of: ofVersion("1"), Judged: true}}},
			v1alpha1.ReasonBrandingInForce, "E-mails and pages look as the ConfigMap look says"},
		"a bad one": {&Branding{follower: &said{verdict: follow.Verdict{Of: ofVersion("1"), Problem: errWrong, Judged: true}}},
			v1alpha1.ReasonBrandingRefused, "accent: it is no colour; from: it is no address; what was in force stays until the ConfigMap look is corrected"},
		"one that is not there": {&Branding{follower: &said{verdict: follow.Verdict{Problem: follow.ErrNotFound, Judged: true}}},
			v1alpha1.ReasonConfigMapNotFound, "the ConfigMap is not there; what was in force stays; create it, or remove mail.configMap from the operator's configuration"},
	} {
		t.Run(sentence, func(t *testing.T) {
			list := []metav1.Condition{before}
			tc.branding.say(status.Of(&list, 1, before.LastTransitionTime.Time))
			got := meta.FindStatusCondition(list, v1alpha1.ConditionBrandingAccepted)
			switch {
			case tc.reason == "" && got == nil:
			case got == nil || got.Reason != tc.reason || got.Message != tc.message:
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestANoteIsShort(t *testing.T) {
	note := noteOf(errors.New(strings.Repeat("ü", 1000)))
	if len(note) > maxNote+len("…") || !strings.HasSuffix(note, "ü…") {
		t.Errorf("%d bytes: %s", len(note), note)
	}
}
