// SPDX-License-Identifier: Apache-2.0

package respond

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/web"
	"github.com/polyorg/polyorg/internal/web/view"
)

// accepts is the form of somebody who accepts.
func accepts(token string) url.Values {
	return url.Values{view.FieldToken: {token}, view.FieldDecision: {string(v1alpha1.DecisionAccept)}}
}

func TestBounds(t *testing.T) {
	s := pageOf(t)
	large := accepts(s.token)
	large.Set("padding", strings.Repeat("A", bodyBytes))
	if w := s.post(large); w.Code != view.Invalid.Status() || len(s.answers(t)) > 0 {
		t.Errorf("a body that is too large: %d, and %d answers", w.Code, len(s.answers(t)))
	}
	for range ofInvitation.atOnce {
		s.get("/answers/" + s.token)
	}
	if w := s.get("/answers/" + s.token); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("request %d at once about one invitation: %d", ofInvitation.atOnce+1, w.Code)
	}
}

// TestAFloodWithoutALink: the page is drawn for few requests without a valid link. A person with a valid link is served all the same.
func TestAFloodWithoutALink(t *testing.T) {
	for sentence, ask := range map[string]func(s served, n int) int{
		"nonsense tokens":  func(s served, n int) int { return size(t, s.get(fmt.Sprint("/answers/nonsense-", n))) },
		"a changed token":  func(s served, n int) int { return size(t, s.get("/answers/"+s.token+strconv.Itoa(n))) },
		"unknown paths":    func(s served, n int) int { return size(t, s.get(fmt.Sprint("/", n, "/x"))) },
		"forms of nothing": func(s served, n int) int { return size(t, s.post(accepts(fmt.Sprint("nonsense-", n)))) },
		"forms to unmute": func(s served, n int) int {
			return size(t, s.post(url.Values{view.FieldToken: {strconv.Itoa(n)}, view.FieldDecision: {view.DecisionUnmute}}))
		},
		"forms of other sites": func(s served, _ int) int {
			return size(t, s.post(accepts("x"), func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }))
		},
		"forms that are none": func(s served, _ int) int {
			return size(t, s.do(newForm("token=%zz"), "/answers/answer"))
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // time stands still
				s := pageOf(t)
				pages := 0
				for n := range 2000 {
					if ask(s, n) > 200 {
						pages++
					}
				}
				if pages != ofRefusals.atOnce {
					t.Errorf("%d pages of 2000 requests at once, want %d", pages, ofRefusals.atOnce)
				}
				if w := s.get("/answers/" + s.token); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<form") {
					t.Errorf("a valid link: %d", w.Code)
				}
				if w := s.post(accepts(s.token)); w.Code != http.StatusOK || len(s.answers(t)) != 1 {
					t.Errorf("a valid answer: %d", w.Code)
				}
				<-time.After(time.Second) // of the bubble's clock
				if got := ask(s, 0); got < 200 {
					t.Errorf("no page a second later: %d bytes", got)
				}
			})
		})
	}
}

// TestTimeBound: where the API server hangs, a person is told to try again before the connection ends.
func TestTimeBound(t *testing.T) {
	if patience >= web.RequestTime {
		t.Fatalf("%v leaves no time to write a page: a connection ends after %v", patience, web.RequestTime)
	}
	hangs := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	for sentence, ask := range map[string]func(served) int{
		"a read": func(s served) int {
			s.over.Get = func(ctx context.Context, _ client.WithWatch, _ client.ObjectKey, _ client.Object, _ ...client.GetOption) error {
				return hangs(ctx)
			}
			return s.get("/answers/" + s.token).Code
		},
		"the creation of an answer": func(s served) int {
			s.over.Create = func(ctx context.Context, _ client.WithWatch, _ client.Object, _ ...client.CreateOption) error {
				return hangs(ctx)
			}
			return s.post(accepts(s.token)).Code
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, began := pageOf(t), time.Now()
				if code := ask(s); code != view.TryAgain.Status() {
					t.Errorf("%d", code)
				}
				if took := time.Since(began); took != patience {
					t.Errorf("it took %v, want %v", took, patience)
				}
			})
		})
	}
}
