// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	"k8s.io/apiserver/pkg/authentication/user"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	"k8s.io/client-go/rest"

	"github.com/polyorg/polyorg/internal/rules"
)

// reviewer is an API server that answers access reviews, and nothing else.
type reviewer struct {
	platform map[string]bool // by group
	answers  int             // an HTTP status; 0 when it cannot be reached
	asked    []authorizationv1.SubjectAccessReviewSpec
}

func (r *reviewer) RoundTrip(req *http.Request) (*http.Response, error) {
	var review authorizationv1.SubjectAccessReview
	if err := json.NewDecoder(req.Body).Decode(&review); err != nil {
		return nil, err
	}
	r.asked = append(r.asked, review.Spec)
	if r.answers == 0 {
		return nil, errors.New("connection refused")
	}
	for _, group := range review.Spec.Groups {
		review.Status.Allowed = review.Status.Allowed || r.platform[group]
	}
	review.APIVersion, review.Kind = "authorization.k8s.io/v1", "SubjectAccessReview"
	body, err := json.Marshal(review)
	return &http.Response{
		StatusCode: r.answers, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body)),
	}, err
}

func newActors(t *testing.T, r *reviewer) *Actors {
	t.Helper()
	config := &rest.Config{Host: "http://apiserver.invalid", Transport: r, QPS: -1}
	config.ContentType = "application/json"
	reviews, err := authorizationclient.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	actors, err := NewActors("", reviews)
	if err != nil {
		t.Fatal(err)
	}
	return actors
}

func who(name string, groups ...string) authenticationv1.UserInfo {
	return authenticationv1.UserInfo{Username: name, Groups: groups}
}

// is expects a certain actor, and a number of questions to the API server so far.
func (r *reviewer) is(t *testing.T, actors *Actors, info authenticationv1.UserInfo, want rules.Actor, asked int) {
	t.Helper()
	got, err := actors.Actor(t.Context(), info)
	if err != nil || got != want {
		t.Errorf("%v: got %v (%v), want %v", info, got, err, want)
	}
	if len(r.asked) != asked {
		t.Errorf("%v: asked %d times, want %d", info, len(r.asked), asked)
	}
}

// pass lets time go by in a synctest bubble.
func pass(d time.Duration) { <-time.After(d) }

const john = "john@zylker.com"

func TestAnswersAreKeptByTheWholeIdentity(t *testing.T) {
	r := &reviewer{platform: map[string]bool{"platform": true}, answers: http.StatusCreated}
	actors := newActors(t, r)
	r.is(t, actors, who(john, "platform"), rules.Actor{Email: john, Platform: true}, 1)
	r.is(t, actors, who(john, "platform"), rules.Actor{Email: john, Platform: true}, 1)
	r.is(t, actors, who(john, "staff"), rules.Actor{Email: john}, 2)
	r.is(t, actors, who("robot", "platform"), rules.Actor{Platform: true}, 3)
	scoped := who(john, "platform")
	scoped.Extra = map[string]authenticationv1.ExtraValue{"scopes": {"read"}}
	r.is(t, actors, scoped, rules.Actor{Email: john, Platform: true}, 4)
	if extra := r.asked[3].Extra["scopes"]; len(extra) != 1 || extra[0] != "read" {
		t.Errorf("the API server was not told the whole identity: %v", r.asked[3])
	}
	for _, spec := range r.asked {
		if a := spec.ResourceAttributes; a == nil || a.Verb != "administer" || a.Group != "polyorg.io" || a.Resource != "organizations" || a.Namespace != "" || a.Name != "" {
			t.Errorf("asked about something else: %v", spec)
		}
	}
}

func TestASignInNameInCapitalsIsNobodysAddress(t *testing.T) {
	actors := &Actors{UsernamePrefix: "oidc:"}
	for username, want := range map[string]rules.Actor{
		"oidc:" + john:                {Email: john},
		"oidc:John@Zylker.com":        {Miscased: "John@Zylker.com"},
		"oidc:JOHN@ZYLKER":            {},
		"OIDC:john@zylker.com":        {},
		"John@Zylker.com":             {},
		"oidc:j\u00f6HN@zylker.com":   {},
		"system:serviceaccount:A:Bob": {},
		user.KubeControllerManager:    {Collector: true},
	} {
		if got := actors.Person(username); got != want {
			t.Errorf("%s: %+v, want %+v", username, got, want)
		}
	}
}

func TestLosingAndGettingTheRightTakesEffectInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reviewer{platform: map[string]bool{"platform": true}, answers: http.StatusCreated}
		actors := newActors(t, r)
		r.is(t, actors, who(john, "platform"), rules.Actor{Email: john, Platform: true}, 1)
		r.platform["platform"] = false
		pass(10*time.Second + time.Nanosecond)
		r.is(t, actors, who(john, "platform"), rules.Actor{Email: john}, 2)
		r.platform["platform"] = true
		pass(2*time.Second + time.Nanosecond)
		r.is(t, actors, who(john, "platform"), rules.Actor{Email: john, Platform: true}, 3)
	})
}

func TestNobodyBecomesAPlatformActorByAFailure(t *testing.T) {
	for sentence, status := range map[string]int{
		"the API server is out of reach": 0, "it fails": http.StatusInternalServerError, "it is overloaded": http.StatusTooManyRequests,
		"the operator may not ask": http.StatusForbidden,
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := &reviewer{platform: map[string]bool{"platform": true}, answers: http.StatusCreated}
				actors := newActors(t, r)
				r.is(t, actors, who(john, "platform"), rules.Actor{Email: john, Platform: true}, 1)
				r.answers = status
				for _, info := range []authenticationv1.UserInfo{who("eve@zylker.com", "platform"), who("eve@zylker.com")} {
					if got, err := actors.Actor(t.Context(), info); err == nil || got != (rules.Actor{}) {
						t.Errorf("%v: got %v (%v), want an error and nobody", info, got, err)
					}
				}
				pass(time.Minute)
				if got, err := actors.Actor(t.Context(), who(john, "platform")); err == nil || got != (rules.Actor{}) {
					t.Errorf("an old answer was kept: got %v (%v)", got, err)
				}
			})
		})
	}
}

func TestTheGarbageCollectorIsKnown(t *testing.T) {
	for name, want := range map[string]bool{
		"system:serviceaccount:kube-system:generic-garbage-collector": true,
		"system:kube-controller-manager":                              true,
		"system:serviceaccount:other:generic-garbage-collector":       false,
		"system:serviceaccount:kube-system:namespace-controller":      false,
		"generic-garbage-collector":                                   false,
		john:                                                          false,
	} {
		actors := newActors(t, &reviewer{answers: http.StatusCreated})
		if got, err := actors.Actor(t.Context(), who(name)); err != nil || got.Collector != want || got.Platform {
			t.Errorf("%s: got %v (%v), want the collector: %v", name, got, err, want)
		}
	}
}
