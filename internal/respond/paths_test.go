// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// TestPathTricks: whatever a URL makes of a valid token, it answers nothing, and leads to no other host.
func TestPathTricks(t *testing.T) {
	s := pageOf(t)
	for _, target := range []string{
		"/answers/" + s.token + "/../answer", "/answers/" + s.token + "%2F..%2Fanswer", "/answers/%2E%2E/answers/" + s.token,
		"/answers//" + s.token, "//answers/" + s.token, "//evil.example/answers/" + s.token, "/answers/" + s.token + "//evil.example/",
		"//evil.example/../answers/" + s.token, "/%5Cevil.example/" + s.token, "/\\evil.example/" + s.token, "/answers/" + s.token + "/",
		"/answers/" + s.token + "/decline/", "/answers/./" + s.token, "/answers/answer/" + s.token, "/answers/answer?decision=Accept&token=" + s.token,
		"/answers/" + s.token + "?decision=Accept&token=" + s.token, "/answers/" + s.token + "%00", "/answers/" + s.token + "%0d%0aLocation:%20https://evil.example",
		"/answers/" + s.token + strings.Repeat("/x", 3000), "/answers/" + strings.Repeat("A", 8000) + s.token, "/answers/answer;" + s.token,
		"https://evil.example/answers/" + s.token + "/../x", "/ANSWERS/" + s.token, "/answers%2F" + s.token,
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions, "TRACE"} {
			s.Rate = NewRate()
			r := newForm("decision=Accept")
			u, err := url.Parse(target)
			if err != nil {
				continue
			}
			r.Method, r.URL, r.RequestURI, r.Host = method, u, target, "evil.example"
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			if w.Code >= http.StatusInternalServerError {
				t.Errorf("%s %s: %d", method, target, w.Code)
			}
			checkRedirect(t, w)
		}
	}
	if got := s.answers(t); len(got) > 0 {
		t.Errorf("I7: a path has answered: %+v", got)
	}
}

// checkRedirect proves that an answer leads nowhere but to its own host.
func checkRedirect(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	to := w.Header().Get("Location")
	if to == "" {
		return
	}
	// A browser takes a backslash for a slash.
	u, err := url.Parse(strings.ReplaceAll(to, "\\", "/"))
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") {
		t.Errorf("I11: it leads to %q", to)
	}
}

// FuzzPage: whatever comes, the page answers. A request to read creates nothing, another one without a valid token neither, and one with it one
// answer at most.
func FuzzPage(f *testing.F) {
	const valid = "VALID" // stands for a valid token, which is another one in each process
	f.Add("GET", "/answers/x", "")
	f.Add("GET", "/answers/"+valid, "token="+valid+"&decision=Accept")
	f.Add("HEAD", "/answers/answer", "token="+valid+"&decision=Accept")
	f.Add("POST", "/answers/answer", "token=x&decision=Accept")
	f.Add("POST", "/answers/answer", "token="+valid+"&decision=Accept")
	f.Add("POST", "/answers/answer", "token="+valid+"&decision=Decline&mute=Platform&token="+valid)
	f.Add("POST", "/answers/"+valid+"/decline", "decision=Decline")
	f.Add("POST", "/answers/answer", "token=%zz")
	f.Add("PUT", "/answers/../answer", "\x00")
	s := pageOf(f)
	f.Fuzz(func(t *testing.T, method, path, body string) {
		shows := strings.Contains(body, valid)
		path, body = strings.ReplaceAll(path, valid, s.token), strings.ReplaceAll(body, valid, s.token)
		r, err := http.NewRequest(method, "/", strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		s.Rate = NewRate()
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := s.do(r, path)
		if w.Code >= http.StatusInternalServerError || w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s %q: %d", method, path, w.Code)
		}
		checkRedirect(t, w)
		got := s.answers(t)
		if most := map[bool]int{true: 1}[shows && r.Method == http.MethodPost]; len(got) > most {
			t.Errorf("%s %q has created %d answers", method, path, len(got))
		}
		s.forget(t, got)
	})
}

// forget deletes answers, so that the next one is the first.
func (s served) forget(t *testing.T, answers []v1alpha1.InvitationResponse) {
	t.Helper()
	for _, a := range answers {
		if err := client.IgnoreNotFound(s.Client.Delete(t.Context(), &a)); err != nil {
			t.Fatal(err)
		}
	}
}
