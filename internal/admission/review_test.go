// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	testingclock "k8s.io/utils/clock/testing"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
)

// reviewer has seen john's membership of zylker, and knows no platform actor.
func reviewer(t *testing.T) *Reviewer {
	t.Helper()
	view := facts.NewView("crm.example.com")
	for _, kind := range facts.Kinds() {
		if err := view.Store(kind).Replace(nil, "1"); err != nil {
			t.Fatal(err)
		}
	}
	m := &v1alpha1.Membership{
		ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Name: "john", UID: "1", ResourceVersion: "2"},
		Spec:       v1alpha1.MembershipSpec{User: "john@zylker.com", Role: v1alpha1.RoleStandard},
	}
	if err := view.Store("Membership").Add(m); err != nil {
		t.Fatal(err)
	}
	look := func(_ context.Context, _ string, f func(facts.World)) error {
		view.Judge(facts.NewOverlay(nil), nil, f)
		return nil
	}
	v := validator(t, false)
	return &Reviewer{View: view, Look: look, Actors: v.Actors, Clock: testingclock.NewFakeClock(time.Unix(0, 0)), Decoder: v.Decoder}
}

func reviewBy(t *testing.T, username string, spec v1alpha1.SelfReviewSpec) admission.Request {
	t.Helper()
	raw, err := json.Marshal(&v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: "me"}, Spec: spec, Status: v1alpha1.SelfReviewStatus{User: "forged"}})
	if err != nil {
		t.Fatal(err)
	}
	return admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		Kind: metav1.GroupVersionKind(v1alpha1.GroupVersion.WithKind("SelfReview")), Operation: admissionv1.Create, Name: "me",
		UserInfo: authenticationv1.UserInfo{Username: username}, DryRun: ptr.To(true), Object: runtime.RawExtension{Raw: raw},
	}}
}

// statusOf is the answer that a response patches in.
func statusOf(t *testing.T, req admission.Request, answer admission.Response) v1alpha1.SelfReviewStatus {
	t.Helper()
	patch, err := json.Marshal(answer.Patches)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		t.Fatal(err)
	}
	after, err := decoded.Apply(req.Object.Raw)
	if err != nil {
		t.Fatal(err)
	}
	var r v1alpha1.SelfReview
	if err := json.Unmarshal(after, &r); err != nil {
		t.Fatal(err)
	}
	return r.Status
}

func TestReviewer(t *testing.T) {
	req := reviewBy(t, "john@zylker.com", v1alpha1.SelfReviewSpec{})
	answer := reviewer(t).Handle(t.Context(), req)
	if !answer.Allowed {
		t.Fatalf("refused: %+v", answer.Result)
	}
	s := statusOf(t, req, answer)
	if s.User != "john@zylker.com" || len(s.Organizations) != 1 || s.Organizations[0].Name != "zylker" {
		t.Errorf("R9: shows %+v", s)
	}
}

func TestReviewerRefuses(t *testing.T) {
	for sentence, tc := range map[string]struct {
		who    string
		spec   v1alpha1.SelfReviewSpec
		stored bool
		code   int32
		rule   string
	}{
		"R9: to store an answer":        {"john@zylker.com", v1alpha1.SelfReviewSpec{}, true, http.StatusForbidden, "[R9]"},
		"U3: a question about others":   {"john@zylker.com", v1alpha1.SelfReviewSpec{User: "alice@zylker.com"}, false, http.StatusForbidden, "[U3]"},
		"U2: a name that is no address": {"system:serviceaccount:a:b", v1alpha1.SelfReviewSpec{}, false, http.StatusForbidden, "[U2]"},
		"U2: an address in capitals":    {"John@Zylker.com", v1alpha1.SelfReviewSpec{}, false, http.StatusForbidden, "signed in as John@Zylker.com"},
		"R4: an organization of others": {"john@zylker.com", v1alpha1.SelfReviewSpec{Organization: "zylker"}, false, http.StatusForbidden, "[R4]"},
	} {
		t.Run(sentence, func(t *testing.T) {
			req := reviewBy(t, tc.who, tc.spec)
			req.DryRun = ptr.To(!tc.stored)
			answer := reviewer(t).Handle(t.Context(), req)
			if answer.Allowed || answer.Result.Code != tc.code || !strings.Contains(answer.Result.Message, tc.rule) {
				t.Errorf("answers %+v", answer)
			}
		})
	}
}

// An actor who asks without end is slowed down, and nobody else.
func TestReviewerSlowsOneActorDown(t *testing.T) {
	v := reviewer(t)
	ask := func(who string) bool {
		return v.Handle(context.Background(), reviewBy(t, who, v1alpha1.SelfReviewSpec{})).Allowed
	}
	allowed := 0
	for range 1000 {
		if ask("john@zylker.com") {
			allowed++
		}
	}
	if allowed != reviewsAtOnce {
		t.Errorf("%d of 1000 reviews in no time", allowed)
	}
	answer := v.Handle(t.Context(), reviewBy(t, "john@zylker.com", v1alpha1.SelfReviewSpec{}))
	if answer.Result.Code != http.StatusTooManyRequests || answer.Result.Details.RetryAfterSeconds == 0 {
		t.Errorf("answers %+v", answer.Result)
	}
	if !ask("bob@zylker.com") {
		t.Error("another actor waits")
	}
	v.Clock.(*testingclock.FakeClock).Step(time.Second)
	if !ask("john@zylker.com") {
		t.Error("a second later too")
	}
}

func TestReviewerThatHasSeenNothingAsksToComeAgain(t *testing.T) {
	v := reviewer(t)
	v.View = facts.NewView("crm.example.com")
	answer := v.Handle(t.Context(), reviewBy(t, "john@zylker.com", v1alpha1.SelfReviewSpec{}))
	if answer.Allowed || answer.Result.Code != http.StatusServiceUnavailable {
		t.Errorf("answers %+v", answer)
	}
}
