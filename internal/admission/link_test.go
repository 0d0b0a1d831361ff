// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	testingclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/token"
)

// linked is a cluster with one invitation, whose e-mail was sent, and the token of its link.
type linked struct {
	stamper   *Stamper
	validator *Validator
	token     string
}

func newLinked(t *testing.T, change func(*v1alpha1.Invitation)) linked {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	i := &v1alpha1.Invitation{ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Name: "bob", UID: "uid"}}
	i.Spec = v1alpha1.InvitationSpec{Email: "bob@zylker.com", Role: v1alpha1.RoleStandard}
	i.Status.State, i.Status.ExpiresAt = v1alpha1.InvitationPending, &metav1.Time{Time: now.Add(time.Hour)}
	i.Status.Delivery = &v1alpha1.InvitationDeliveryStatus{Sends: 1}
	if change != nil {
		change(i)
	}
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(i).Build()
	clock := testingclock.NewFakePassiveClock(now)
	tokens := &token.Store{Client: c, Namespace: "polyorg-system", Clock: clock}
	signed, err := tokens.Sign(t.Context(), token.Of("uid", client.ObjectKeyFromObject(i), "bob@zylker.com", 1, now.Add(time.Hour)))
	if err != nil {
		t.Fatal(err)
	}
	return linked{&Stamper{Live: c, Tokens: tokens, Clock: clock}, &Validator{Tokens: tokens, Actors: &identity.Actors{}}, signed}
}

func TestStampByLink(t *testing.T) {
	here := &v1alpha1.InvitationReference{Namespace: "org-zylker", Name: "bob"}
	for sentence, tc := range map[string]struct {
		invitation func(*v1alpha1.Invitation)
		answer     func(*v1alpha1.InvitationResponse)
		want       string // rule; empty: it is stamped
	}{
		"I7: the link alone is enough":       {nil, func(*v1alpha1.InvitationResponse) {}, ""},
		"I7: it may name its invitation too": {nil, func(r *v1alpha1.InvitationResponse) { r.Spec.Invitation = here }, ""},
		"I11: but no other one": {nil, func(r *v1alpha1.InvitationResponse) {
			r.Spec.Invitation = &v1alpha1.InvitationReference{Namespace: "org-zylker", Name: "eve"}
		}, "I11"},
		"I11: a changed one is none":                    {nil, func(r *v1alpha1.InvitationResponse) { r.Spec.Token = strings.ToLower(r.Spec.Token) }, "I11"},
		"I9: a later e-mail ends it":                    {func(i *v1alpha1.Invitation) { i.Status.Delivery.Sends = 2 }, func(*v1alpha1.InvitationResponse) {}, "I9"},
		"I10: a revocation ends it":                     {func(i *v1alpha1.Invitation) { i.Spec.Revoked = true }, func(*v1alpha1.InvitationResponse) {}, "I10"},
		"I2: an answer ends it":                         {func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationDeclined }, func(*v1alpha1.InvitationResponse) {}, "I2"},
		"I11: an invitation of its name is another one": {func(i *v1alpha1.Invitation) { i.UID = types.UID("later") }, func(*v1alpha1.InvitationResponse) {}, "I11"},
	} {
		t.Run(sentence, func(t *testing.T) {
			l := newLinked(t, tc.invitation)
			r := &v1alpha1.InvitationResponse{Spec: v1alpha1.InvitationResponseSpec{Token: l.token, Decision: v1alpha1.DecisionAccept, Invitee: "eve@zylker.com"}}
			metav1.SetMetaDataAnnotation(&r.ObjectMeta, "kubectl.kubernetes.io/last-applied-configuration", `{"spec":{"token":"`+l.token+`"}}`)
			tc.answer(r)
			violations, err := l.stamper.byLink(t.Context(), "carol@zylker.com", r)
			switch {
			case err != nil:
				t.Fatal(err)
			case tc.want != "" && (len(violations) != 1 || violations[0].Rule != tc.want || strings.Contains(violations.String(), l.token)):
				t.Errorf("%v, want %s without the token", violations, tc.want)
			case tc.want != "":
			case len(violations) > 0 || r.Spec.Token != "" || len(r.Annotations) > 0 || r.Spec.Invitee != "bob@zylker.com" || r.Spec.InvitationUID != "uid":
				t.Errorf("I11: %v, %+v, %v", violations, r.Spec, r.Annotations)
			}
		})
	}
}

// TestStampByLinkInTime: the clock ends a link, whatever its invitation says.
func TestStampByLinkInTime(t *testing.T) {
	for sentence, tc := range map[string]struct {
		after time.Duration
		want  string // rule; empty: it is stamped
	}{
		"I1: until the last instant":                           {time.Hour - 1, ""},
		"I1: not from the deadline on, though it says Pending": {time.Hour, "I1"},
		"I1: nor later": {1000 * time.Hour, "I1"},
	} {
		t.Run(sentence, func(t *testing.T) {
			l := newLinked(t, nil)
			l.stamper.Clock = testingclock.NewFakePassiveClock(l.stamper.Clock.Now().Add(tc.after))
			r := &v1alpha1.InvitationResponse{Spec: v1alpha1.InvitationResponseSpec{Token: l.token, Decision: v1alpha1.DecisionAccept}}
			violations, err := l.stamper.byLink(t.Context(), "carol@zylker.com", r)
			switch {
			case err != nil:
				t.Fatal(err)
			case tc.want == "" && (len(violations) > 0 || r.Spec.TokenHash == ""):
				t.Errorf("it is not stamped: %v", violations)
			case tc.want != "" && (len(violations) != 1 || violations[0].Rule != tc.want || r.Spec.TokenHash != ""):
				t.Errorf("%v, want %s", violations, tc.want)
			}
		})
	}
}

func TestByProof(t *testing.T) {
	l := newLinked(t, nil)
	stamped := &v1alpha1.InvitationResponse{Spec: v1alpha1.InvitationResponseSpec{Token: l.token, Decision: v1alpha1.DecisionAccept}}
	if violations, err := l.stamper.byLink(t.Context(), "carol@zylker.com", stamped); err != nil || len(violations) > 0 {
		t.Fatal(violations, err)
	}
	for sentence, tc := range map[string]struct {
		change func(*v1alpha1.InvitationResponse)
		proves bool
	}{
		"I7: the invitee answers, whoever is signed in": {func(*v1alpha1.InvitationResponse) {}, true},
		"I7: for nobody else":                           {func(r *v1alpha1.InvitationResponse) { r.Spec.Invitee = "eve@zylker.com" }, false},
		"I11: for no other invitation":                  {func(r *v1alpha1.InvitationResponse) { r.Spec.InvitationUID = "other" }, false},
		"I11: not by a part of it":                      {func(r *v1alpha1.InvitationResponse) { r.Spec.TokenHash = r.Spec.TokenHash[:40] }, false},
		"I7: nobody, without it":                        {func(r *v1alpha1.InvitationResponse) { r.Spec.TokenHash = "" }, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := stamped.DeepCopy()
			tc.change(r)
			who, proved, err := l.validator.byProof(t.Context(), nil, r)
			if err != nil || proved != tc.proves || proved && (who.actor.Email != "bob@zylker.com" || !who.actor.ByLink) {
				t.Errorf("%+v, %t, %v", who, proved, err)
			}
		})
	}
	if _, proved, err := l.validator.byProof(t.Context(), stamped, stamped); proved || err != nil {
		t.Errorf("a change of an answer counts as the invitee's: %v", err)
	}
}
