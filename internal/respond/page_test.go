// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
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
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/token"
	"github.com/polyorg/polyorg/internal/web/view"
)

var now = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// served is a page over objects that are only kept. What the API server and admission do with an answer, test/mail tests.
type served struct {
	*Page
	handler http.Handler
	token   string
	// over changes what the API server does.
	over *interceptor.Funcs
}

func pageOf(tb testing.TB, change ...func(*v1alpha1.Invitation)) served {
	tb.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			tb.Fatal(err)
		}
	}
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "zylker", UID: "org"}}
	org.Spec.DisplayName, org.Spec.Locale, org.Spec.TimeZone = "Zylker <Products>", "fr", "Europe/Paris"
	i := &v1alpha1.Invitation{ObjectMeta: metav1.ObjectMeta{Namespace: "org-zylker", Name: "bob", UID: "inv"}}
	i.Spec = v1alpha1.InvitationSpec{Email: "bob@zylker.com", Role: v1alpha1.RoleStandard, Message: "Welcome"}
	i.Status.State, i.Status.ExpiresAt = v1alpha1.InvitationPending, &metav1.Time{Time: now.Add(time.Hour)}
	i.Status.Delivery = &v1alpha1.InvitationDeliveryStatus{Sends: 1}
	for _, c := range change {
		c(i)
	}
	over := &interceptor.Funcs{}
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(org, i).WithInterceptorFuncs(following(over)).Build()
	at := testingclock.NewFakePassiveClock(now)
	look, err := brand.BuiltIn(brand.Settings{})
	if err != nil {
		tb.Fatal(err)
	}
	where, _ := url.Parse("https://invitations.example.com/answers")
	p := &Page{
		URL: where, Client: c, Brand: func() *brand.Brand { return look }, Clock: at, Rate: NewRate(),
		Tokens:     &token.Store{Client: c, Namespace: "polyorg-system", Clock: at},
		Recipients: &recipients.Store{Client: c, Namespace: "polyorg-system"},
	}
	name := types.NamespacedName{Namespace: "org-zylker", Name: "bob"}
	signed, err := p.Tokens.Sign(tb.Context(), token.Of("inv", name, "bob@zylker.com", 1, now.Add(time.Hour)))
	if err != nil {
		tb.Fatal(err)
	}
	return served{p, p.Handler(), signed, over}
}

// following calls what is set at the time of a request.
func following(over *interceptor.Funcs) interceptor.Funcs {
	return interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			if over.Get != nil {
				return over.Get(ctx, c, key, o, opts...)
			}
			return c.Get(ctx, key, o, opts...)
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			if over.Create != nil {
				return over.Create(ctx, c, o, opts...)
			}
			return c.Create(ctx, o, opts...)
		},
	}
}

func (s served) get(path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	return s.do(httptest.NewRequest(http.MethodGet, "/", http.NoBody), path, change...)
}

func (s served) post(form url.Values, change ...func(*http.Request)) *httptest.ResponseRecorder {
	return s.do(newForm(form.Encode()), "/answers/answer", change...)
}

func (s served) do(r *http.Request, path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r.URL = &url.URL{Path: path}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// answers are the answers that were created.
func (s served) answers(tb testing.TB) []v1alpha1.InvitationResponse {
	tb.Helper()
	var all v1alpha1.InvitationResponseList
	if err := s.Client.List(context.Background(), &all); err != nil {
		tb.Fatal(err)
	}
	return all.Items
}

func TestShow(t *testing.T) {
	for sentence, tc := range map[string]struct {
		change func(*v1alpha1.Invitation)
		want   view.Kind
	}{
		"I7: the choice":              {func(*v1alpha1.Invitation) {}, view.Ask},
		"I2: it was answered":         {func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationDeclined }, view.Answered},
		"I1: it expired":              {func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationExpired }, view.Expired},
		"I10: it was revoked":         {func(i *v1alpha1.Invitation) { i.Spec.Revoked = true }, view.Revoked},
		"I9: a later e-mail was sent": {func(i *v1alpha1.Invitation) { i.Status.Delivery.Sends = 2 }, view.Superseded},
		"I11: it is another one":      {func(i *v1alpha1.Invitation) { i.UID = "later" }, view.Invalid},
	} {
		t.Run(sentence, func(t *testing.T) {
			s := pageOf(t, tc.change)
			for _, path := range []string{"/answers/" + s.token, "/answers/" + s.token + "/decline"} {
				w := s.get(path)
				if w.Code != tc.want.Status() {
					t.Errorf("%s: %d, want %d\n%s", path, w.Code, tc.want.Status(), w.Body)
				}
				if form := strings.Contains(w.Body.String(), "<form"); form != (tc.want == view.Ask) {
					t.Errorf("%s: form %t", path, form)
				}
				names := tc.want != view.Superseded && tc.want != view.Invalid // the one needs no name, the other is nothing's
				if named := strings.Contains(w.Body.String(), "Zylker &lt;Products&gt;"); named != names {
					t.Errorf("%s: the page names the organization: %t\n%s", path, named, w.Body)
				}
			}
			if got := s.answers(t); len(got) > 0 {
				t.Errorf("I7: a GET has answered: %v", got)
			}
		})
	}
}

func TestLanguage(t *testing.T) {
	for sentence, change := range map[string]func(*v1alpha1.Invitation){
		"pending":    func(*v1alpha1.Invitation) {},
		"answered":   func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationDeclined },
		"expired":    func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationExpired },
		"revoked":    func(i *v1alpha1.Invitation) { i.Spec.Revoked = true },
		"superseded": func(i *v1alpha1.Invitation) { i.Status.Delivery.Sends = 2 },
	} {
		s := pageOf(t, change)
		for accept, want := range map[string]string{"": "fr", "en-GB,en;q=0.9": "en", "fr": "fr", "xx": "fr"} {
			w := s.get("/answers/"+s.token, func(r *http.Request) { r.Header.Set("Accept-Language", accept) })
			if got := w.Header().Get("Content-Language"); got != want {
				t.Errorf("%s, Accept-Language %q: %s, want %s", sentence, accept, got, want)
			}
		}
	}
}

func TestAnswer(t *testing.T) {
	ask := func(s served, decision string) url.Values {
		return url.Values{view.FieldToken: {s.token}, view.FieldDecision: {decision}}
	}
	t.Run("I7: a choice is an answer that admission judges", func(t *testing.T) {
		s := pageOf(t)
		if w := s.post(ask(s, "Accept")); w.Code != http.StatusOK {
			t.Fatalf("%d\n%s", w.Code, w.Body)
		}
		got := s.answers(t)
		if len(got) != 1 || got[0].Spec.Token != s.token || got[0].Spec.Decision != v1alpha1.DecisionAccept {
			t.Errorf("%+v", got)
		}
	})
	t.Run("I7: no choice is none", func(t *testing.T) {
		s := pageOf(t)
		for _, decision := range []string{"", "accept", "Both"} {
			if w := s.post(ask(s, decision)); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<form") {
				t.Errorf("%q: %d", decision, w.Code)
			}
		}
		if got := s.answers(t); len(got) > 0 {
			t.Errorf("%+v", got)
		}
	})
	t.Run("I12: who declines can ask for no more e-mail", func(t *testing.T) {
		for mute, of := range map[view.Mute]string{view.MuteOrganization: "zylker", view.MutePlatform: recipients.Platform, view.MuteNone: "", "x": ""} {
			s := pageOf(t)
			form := ask(s, "Decline")
			form.Set(view.FieldMute, string(mute))
			if w := s.post(form); w.Code != http.StatusOK {
				t.Fatalf("%d\n%s", w.Code, w.Body)
			}
			for _, whom := range []string{"zylker", recipients.Platform} {
				r, err := s.Recipients.Get(t.Context(), recipients.Of(whom, "bob@zylker.com"))
				if err != nil || (r.MutedAt != 0) != (whom == of) {
					t.Errorf("%s: %s is muted: %v (%v)", mute, whom, r, err)
				}
			}
		}
	})
	t.Run("I12: whoever asked for no more e-mail can take that back", func(t *testing.T) {
		for _, mute := range []view.Mute{view.MuteOrganization, view.MutePlatform} {
			s := pageOf(t)
			form := ask(s, "Decline")
			form.Set(view.FieldMute, string(mute))
			if w := s.post(form); !strings.Contains(w.Body.String(), `value="Unmute"`) {
				t.Errorf("the page offers no way back:\n%s", w.Body)
			}
			w := s.post(ask(s, view.DecisionUnmute))
			known, err := s.Recipients.Known(t.Context(), recipients.Of("zylker", "bob@zylker.com"))
			if w.Code != http.StatusOK || known.MutedAt != 0 || err != nil {
				t.Errorf("%s: %d, %+v (%v)", mute, w.Code, known, err)
			}
		}
	})
	t.Run("I12: but only by the link", func(t *testing.T) {
		s := pageOf(t)
		if err := s.Recipients.Mute(t.Context(), recipients.Of(recipients.Platform, "bob@zylker.com"), now); err != nil {
			t.Fatal(err)
		}
		for _, forged := range []string{"", "x", s.token + "A", s.token[:len(s.token)-4]} {
			w := s.post(url.Values{view.FieldToken: {forged}, view.FieldDecision: {view.DecisionUnmute}})
			known, err := s.Recipients.Known(t.Context(), recipients.Of("zylker", "bob@zylker.com"))
			if w.Code != http.StatusNotFound || known.MutedAt == 0 || err != nil {
				t.Errorf("%q: %d, %+v (%v)", forged, w.Code, known, err)
			}
		}
	})
	t.Run("I7: other sites send no form", func(t *testing.T) {
		s := pageOf(t)
		for _, header := range []http.Header{{"Origin": {"https://evil.example"}}, {"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"null"}, "Sec-Fetch-Site": {"cross-site"}}} {
			for _, host := range []string{"evil.example", "invitations.example.com"} {
				w := s.post(ask(s, "Accept"), func(r *http.Request) {
					r.Host = host
					for k, v := range header {
						r.Header[k] = v
					}
				})
				if w.Code != http.StatusForbidden || len(s.answers(t)) > 0 {
					t.Errorf("%v to %s: %d", header, host, w.Code)
				}
			}
		}
		for _, own := range []http.Header{{"Origin": {"https://invitations.example.com"}}, {"Origin": {"null"}}, {"Origin": {"null"}, "Sec-Fetch-Site": {"same-origin"}}} {
			s := pageOf(t)
			w := s.post(ask(s, "Accept"), func(r *http.Request) {
				for k, v := range own {
					r.Header[k] = v
				}
			})
			if w.Code != http.StatusOK || len(s.answers(t)) != 1 {
				t.Errorf("its own site, by %v: %d", own, w.Code)
			}
		}
	})
}

func TestNotForYou(t *testing.T) {
	s := pageOf(t)
	w := s.post(url.Values{view.FieldToken: {s.token}, view.FieldDecision: {view.DecisionNotForMe}})
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "bob@zylker.com") || strings.Contains(w.Body.String(), "<form") {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	if got := s.answers(t); len(got) > 0 {
		t.Errorf("I7: somebody else has answered: %v", got)
	}
}

func TestHeaders(t *testing.T) {
	s := pageOf(t)
	for _, path := range []string{"/answers/" + s.token, "/answers/nonsense", "/", "/answers/style.css", "/../etc/passwd"} {
		h := s.get(path).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy": "frame-ancestors 'none'", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if path != "/answers/style.css" && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be stored", path)
		}
	}
}

// newForm is a form as it is sent.
func newForm(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// size is that of a page, or of the line that turns somebody away.
func size(t *testing.T, w *httptest.ResponseRecorder) int {
	t.Helper()
	if w.Code == http.StatusTooManyRequests && w.Header().Get("Retry-After") == "" {
		t.Error("nothing says when to try again")
	}
	return w.Body.Len()
}
