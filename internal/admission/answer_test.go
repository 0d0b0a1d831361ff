// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

// question is about an Invitation named bob.
var question = admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
	Name: "bob", Namespace: "org-zylker",
	Kind:     metav1.GroupVersionKind{Group: "polyorg.io", Version: "v1alpha1", Kind: "Invitation"},
	Resource: metav1.GroupVersionResource{Group: "polyorg.io", Version: "v1alpha1", Resource: "invitations"},
}}

var (
	invalid   = rules.Violation{Rule: "A4", Kind: rules.KindInvalid, Field: "spec.accessURL.name", Message: "not a name"}
	forbidden = rules.Violation{Rule: "R4", Kind: rules.KindForbidden, Message: "not yours"}
	full      = rules.Violation{Rule: "L1", Kind: rules.KindLimit, Message: "no room", Used: 10, Limit: 10}
	early     = rules.Violation{Rule: "O7", Kind: rules.KindAgain, Message: "not prepared yet; try again"}
)

func answered(s *metav1.Status) string { return fmt.Sprintf("%d %s: %s", s.Code, s.Reason, s.Message) }

func TestOrderOfAnswers(t *testing.T) {
	for sentence, tc := range map[string]struct {
		violations rules.Violations
		want       string
		wantCauses []metav1.StatusCause
	}{
		"an invalid object comes first": {
			rules.Violations{full, forbidden, invalid}, "422 Invalid: spec.accessURL.name: not a name [A4]",
			[]metav1.StatusCause{{Type: "A4", Field: "spec.accessURL.name", Message: "not a name [A4]"}},
		},
		"U3: an actor without the right learns of no limit": {
			rules.Violations{full, forbidden}, "403 Forbidden: not yours [R4]",
			[]metav1.StatusCause{{Type: "R4", Message: "not yours [R4]"}},
		},
		"a limit comes last, with its numbers": {
			rules.Violations{full}, "403 Forbidden: LimitExceeded: no room (used 10 of 10) [L1]",
			[]metav1.StatusCause{{Type: "L1", Message: "no room (used 10 of 10) [L1]"}},
		},
		"all of one kind are told together": {
			rules.Violations{forbidden, full, {Rule: "A3", Kind: rules.KindForbidden, Message: "nor this"}}, "403 Forbidden: not yours [R4]; nor this [A3]",
			[]metav1.StatusCause{{Type: "R4", Message: "not yours [R4]"}, {Type: "A3", Message: "nor this [A3]"}},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := answerFor(question, tc.violations)
			if got.Allowed || got.Result.Details.RetryAfterSeconds != 0 {
				t.Errorf("a refusal is final: %+v", got)
			}
			if diff := cmp.Diff(tc.want, answered(got.Result)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tc.wantCauses, got.Result.Details.Causes); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	if !answerFor(question, nil).Allowed {
		t.Error("what breaks no rule is not allowed")
	}
}

func TestAnswersWithoutARefusal(t *testing.T) {
	for sentence, tc := range map[string]struct {
		err       error
		want      string
		wantAgain bool
	}{
		"429: another change stands in the way": {
			&journal.Again{Reason: journal.Contended}, "429 TooManyRequests: another change of the same things is being stored; try again", true},
		"429: too many wait already": {
			&journal.Again{Reason: journal.Crowded}, "429 TooManyRequests: too many changes of yours, or of your organization, are waiting already; try again", true},
		"429: the operator has something to do first": {
			&journal.Again{Reason: journal.Early, Because: rules.Violations{early}}, "429 TooManyRequests: not prepared yet; try again [O7]", true},
		"503: the journal is out of reach": {
			&journal.Again{}, "503 ServiceUnavailable: the journal cannot be reached, or this replica is still catching up; try again", true},
		"503: something else is out of reach": {
			errors.New(`Get "https://10.96.0.1:443/apis": dial tcp`), "503 ServiceUnavailable: something that Polyorg needs for its answer does not answer; try again", true},
		"an error that wraps a reason is answered by it": {
			fmt.Errorf("submit: %w", &journal.Again{Reason: journal.Contended}), "429 TooManyRequests: another change of the same things is being stored; try again", true},
		"409: the name is taken, for good":         {journal.ErrExists, `409 AlreadyExists: invitations.polyorg.io "bob" already exists`, false},
		"400: no API server sends this, for good":  {facts.ErrMalformed, "400 BadRequest: " + facts.ErrMalformed.Error(), false},
		"500: a rule failed, and would fail again": {journal.ErrPanicked, "500 InternalError: " + journal.ErrPanicked.Error(), false},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := failed(t.Context(), question, tc.err)
			if got.Allowed || got.Result.Details.Name != "bob" || (got.Result.Details.RetryAfterSeconds > 0) != tc.wantAgain {
				t.Errorf("got %+v", got)
			}
			if diff := cmp.Diff(tc.want, answered(got.Result)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestARuleThatAsksForPatienceIsCited(t *testing.T) {
	got := later(question, &journal.Again{Reason: journal.Early, Because: rules.Violations{early}})
	want := []metav1.StatusCause{{Type: "O7", Message: "not prepared yet; try again [O7]"}}
	if diff := cmp.Diff(want, got.Result.Details.Causes); diff != "" || got.Result.Code != http.StatusTooManyRequests {
		t.Errorf("%d (-want +got)\n%s", got.Result.Code, diff)
	}
}
