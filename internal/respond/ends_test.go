// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/internal/web/view"
)

// refused is how admission refuses an answer, as the API server hands it on.
func refused(code int32, reason metav1.StatusReason, causes ...metav1.StatusCause) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status: metav1.StatusFailure, Code: code, Reason: reason,
		Message: `admission webhook "validate.polyorg.io" denied the request: no`,
		Details: &metav1.StatusDetails{Group: "polyorg.io", Kind: "InvitationResponse", Causes: causes},
	}}
}

func cited(rule string) error {
	return refused(http.StatusForbidden, metav1.StatusReasonForbidden, metav1.StatusCause{Type: metav1.CauseType(rule), Message: "because [" + rule + "]"})
}

// headed is the heading of a page, which tells one kind from another.
func headed(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	root, err := html.Parse(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "h1" {
			return n.FirstChild.Data
		}
	}
	return ""
}

func TestWhatAdmissionRefuses(t *testing.T) {
	const closedNow, full, again = "takes no new members now", "You cannot join Zylker", "Please try again"
	for sentence, tc := range map[string]struct {
		err     error
		kind    view.Kind
		heading string
		says    string
	}{
		"L1: a limit, and what to do":              {cited("L1"), view.Limit, full, "Leave one of them"},
		"L4: another one":                          {cited("L4"), view.Limit, full, "CRM Plus"},
		"L5: another one":                          {cited("L5"), view.Limit, full, "as an external user"},
		"L6: a member already":                     {cited("L6"), view.Limit, full, "already a member"},
		"L2: one without words of its own":         {cited("L2"), view.Limit, full, "because [L2]"},
		"I8: no seat, suspended, or ending":        {cited("I8"), view.Closed, closedNow, "Ask one of its Administrators"},
		"I1: it expired meanwhile":                 {cited("I1"), view.Expired, "has expired", ""},
		"I2: somebody was faster":                  {cited("I2"), view.Answered, "already answered", ""},
		"I9: it was sent again meanwhile":          {cited("I9"), view.Superseded, "newer e-mail", ""},
		"I10: it was revoked meanwhile":            {cited("I10"), view.Revoked, "was withdrawn", ""},
		"I11: the key is gone":                     {cited("I11"), view.Invalid, "not valid", ""},
		"I7: it ended between the webhooks":        {cited("I7"), view.TryAgain, again, ""},
		"R4: a refusal that no invitee can act on": {cited("R4"), view.TryAgain, again, ""},
		"a cause that is no rule":                  {cited("FieldValueInvalid"), view.TryAgain, again, ""},
		"no rule of that name":                     {cited("Later"), view.TryAgain, again, ""},
		"forbidden without a cause":                {refused(403, metav1.StatusReasonForbidden), view.TryAgain, again, ""},
		"invalid, by the schema":                   {refused(422, metav1.StatusReasonInvalid, metav1.StatusCause{Type: metav1.CauseTypeFieldValueInvalid, Field: "spec.token"}), view.TryAgain, again, ""},
		"RBAC":                                     {apierrors.NewForbidden(v1alpha1.GroupVersion.WithResource("invitationresponses").GroupResource(), "", errors.New("no")), view.TryAgain, again, ""},
		"too many changes":                         {apierrors.NewTooManyRequests("wait", 1), view.TryAgain, again, ""},
		"out of reach":                             {apierrors.NewServiceUnavailable("down"), view.TryAgain, again, ""},
		"a webhook that does not answer":           {apierrors.NewInternalError(errors.New(`failed calling webhook "validate.polyorg.io"`)), view.TryAgain, again, ""},
		"no connection":                            {errors.New("dial tcp: connection refused"), view.TryAgain, again, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := pageOf(t)
			s.over.Create = func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error { return tc.err }
			for _, decision := range []v1alpha1.Decision{v1alpha1.DecisionAccept, v1alpha1.DecisionDecline} {
				form := accepts(s.token)
				form.Set(view.FieldDecision, string(decision))
				w := s.post(form, func(r *http.Request) { r.Header.Set("Accept-Language", "en") })
				text := w.Body.String()
				if w.Code != tc.kind.Status() || !strings.Contains(text, tc.says) {
					t.Errorf("%s: %d, want %d and %q\n%s", decision, w.Code, tc.kind.Status(), tc.says, text)
				}
				if heading := headed(t, w); !strings.Contains(heading, tc.heading) {
					t.Errorf("%s: %q, want %q", decision, heading, tc.heading)
				}
			}
		})
	}
}

// TestEveryRuleHasAPage: each way in which a link cannot be followed has a page of its own.
func TestEveryRuleHasAPage(t *testing.T) {
	l := rules.Link{Invitation: "inv", EmailDigest: rules.EmailDigest("bob@zylker.com"), Send: 1, ExpiresAt: now.Add(1)}
	found := map[string]bool{}
	for _, state := range []v1alpha1.InvitationState{"", v1alpha1.InvitationPending, v1alpha1.InvitationAccepted, v1alpha1.InvitationDeclined,
		v1alpha1.InvitationExpired, v1alpha1.InvitationRevoked, "Later"} {
		for bits := range 1 << 5 {
			is := func(n int) bool { return bits&(1<<n) != 0 }
			i := &v1alpha1.Invitation{ObjectMeta: metav1.ObjectMeta{UID: "inv"}}
			i.Spec.Email, i.Spec.Revoked, i.Status.State = "bob@zylker.com", is(0), state
			i.Status.Delivery = &v1alpha1.InvitationDeliveryStatus{Sends: 1}
			standing, at := rules.Standing{Link: l, Now: i}, now
			if is(1) {
				at = at.Add(1)
			}
			if is(2) {
				standing.Now = nil
			}
			if is(3) {
				i.Status.Delivery.Sends = 2
			}
			if is(4) {
				standing.Link = rules.Link{}
			}
			violations := rules.FollowLink(standing, at)
			if len(violations) == 0 {
				continue
			}
			rule := violations[0].Rule
			found[rule] = true
			if kind, known := ends[rule]; !known || kind.Status() == http.StatusInternalServerError || endOf(violations) != kind {
				t.Errorf("%s has no page: %q", rule, kind)
			}
		}
	}
	if len(found) != len(ends) {
		t.Errorf("rules that end a link: %v; pages: %v", found, ends)
	}
	if kind := endOf(rules.Violations{{Rule: "I99"}}); kind != view.Invalid {
		t.Errorf("a rule without a page: %q", kind)
	}
}

// TestTheWayBack: a person who wants no more e-mail can take that back by the link, whatever became of its invitation.
func TestTheWayBack(t *testing.T) {
	ends := map[string]func(*v1alpha1.Invitation){
		"I2: declined":   func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationDeclined },
		"I1: expired":    func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationExpired },
		"I10: revoked":   func(i *v1alpha1.Invitation) { i.Spec.Revoked = true },
		"I9: superseded": func(i *v1alpha1.Invitation) { i.Status.Delivery.Sends = 2 },
		"I11: gone":      func(i *v1alpha1.Invitation) { i.UID = "later" },
	}
	for sentence, end := range ends {
		for of, says := range map[string]string{"zylker": "You get no more e-mail from", recipients.Platform: "no more invitations by e-mail from any", "other": ""} {
			t.Run(sentence+", "+of, func(t *testing.T) {
				s := pageOf(t, end)
				if err := s.Recipients.Mute(t.Context(), recipients.Of(of, "bob@zylker.com"), now); err != nil {
					t.Fatal(err)
				}
				english := func(r *http.Request) { r.Header.Set("Accept-Language", "en") }
				before := s.get("/answers/"+s.token, english)
				text := before.Body.String()
				if says == "" {
					if strings.Contains(text, "<form") || strings.Contains(text, "no more") {
						t.Errorf("I12: it is not muted here\n%s", text)
					}
					return
				}
				if !strings.Contains(text, says) {
					t.Fatalf("I12: the page does not say it\n%s", text)
				}
				if w := s.post(form(t, text)); w.Code != http.StatusOK {
					t.Fatalf("%d\n%s", w.Code, w.Body)
				}
				if known, err := s.Recipients.Known(t.Context(), recipients.Of("zylker", "bob@zylker.com")); err != nil || known.MutedAt != 0 {
					t.Errorf("I12: still muted: %+v, %v", known, err)
				}
				if after := s.get("/answers/"+s.token, english); strings.Contains(after.Body.String(), "<form") {
					t.Errorf("the page goes on\n%s", after.Body)
				}
			})
		}
	}
}

// TestAPageWithoutItsMute: where it cannot be read who wants e-mail, the page says the rest.
func TestAPageWithoutItsMute(t *testing.T) {
	s := pageOf(t, func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationDeclined })
	s.over.Get = func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
		if key.Name == recipients.SecretName {
			return errors.New("no")
		}
		return c.Get(ctx, key, o, opts...)
	}
	if w := s.get("/answers/" + s.token); w.Code != view.Answered.Status() {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
}

// form is what a browser sends by the one button of a page.
func form(t *testing.T, text string) url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	values := url.Values{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "input" || n.Data == "button") {
			values.Add(attribute(n, "name"), attribute(n, "value"))
		}
	}
	return values
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
