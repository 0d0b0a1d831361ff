// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// VerbAdminister is the verb on organizations.polyorg.io that makes somebody a platform actor.
const VerbAdminister = "administer"

// The API server's answers about platform actors are kept this long, by the whole of the actor's identity.
const (
	allowTTL = 10 * time.Second
	denyTTL  = 2 * time.Second
)

// Actors finds the actor behind a request.
type Actors struct {
	// UsernamePrefix stands before the e-mail address in a Kubernetes username (U2).
	UsernamePrefix string
	// Authorizer answers whether somebody may `administer` organizations.
	Authorizer authorizer.Authorizer
}

// NewActors asks the API server for platform actors, by SubjectAccessReview.
func NewActors(prefix string, reviews authorizationclient.AuthorizationV1Interface) (*Actors, error) {
	delegating, err := authorizerfactory.DelegatingAuthorizerConfig{
		SubjectAccessReviewClient: reviews,
		AllowCacheTTL:             allowTTL,
		DenyCacheTTL:              denyTTL,
		WebhookRetryBackoff:       &wait.Backoff{Duration: 200 * time.Millisecond, Factor: 1.5, Jitter: 0.2, Steps: 4},
	}.New()
	if err != nil {
		return nil, fmt.Errorf("set up access reviews: %w", err)
	}
	return &Actors{UsernamePrefix: prefix, Authorizer: delegating}, nil
}

// Email is the address in a Kubernetes username, where there is one in its one spelling (U1, U2).
func (a *Actors) Email(username string) string {
	address, ok := strings.CutPrefix(username, a.UsernamePrefix)
	if !ok || !IsEmail(address) {
		return ""
	}
	return address
}

// Person is an actor as their username alone shows them, without a question whether they are a platform actor.
func (a *Actors) Person(username string) rules.Actor {
	return rules.Actor{Email: a.Email(username), Miscased: a.miscased(username), Collector: IsCollector(username)}
}

// miscased is the address in a Kubernetes username where only its letter case is wrong (U2).
func (a *Actors) miscased(username string) string {
	address, ok := strings.CutPrefix(username, a.UsernamePrefix)
	if lower := strings.ToLower(address); !ok || address == lower || !IsEmail(lower) {
		return ""
	}
	return address
}

// Actor finds the sender of a request. It fails when the API server does not answer, so that nobody is mistaken for somebody else.
func (a *Actors) Actor(ctx context.Context, info authenticationv1.UserInfo) (rules.Actor, error) {
	extra := make(map[string][]string, len(info.Extra))
	for k, v := range info.Extra {
		extra[k] = v
	}
	decision, _, err := a.Authorizer.Authorize(ctx, authorizer.AttributesRecord{
		User:            &user.DefaultInfo{Name: info.Username, UID: info.UID, Groups: info.Groups, Extra: extra},
		Verb:            VerbAdminister,
		APIGroup:        v1alpha1.GroupVersion.Group,
		APIVersion:      v1alpha1.GroupVersion.Version,
		Resource:        "organizations",
		ResourceRequest: true,
	})
	if err != nil {
		return rules.Actor{}, fmt.Errorf("ask whether the actor is a platform actor: %w", err)
	}
	actor := a.Person(info.Username)
	actor.Platform = decision == authorizer.DecisionAllow
	return actor, nil
}

// CleansUp reports whether a request is of a part of Kubernetes that deletes objects after their owner or their namespace was deleted. It
// acts for all tenants.
func CleansUp(username string) bool {
	return IsCollector(username) || username == "system:serviceaccount:kube-system:namespace-controller"
}

// IsCollector reports whether a request is the garbage collector's. It has a service account of its own, or else the name of the controller
// manager; --use-service-account-credentials decides.
func IsCollector(username string) bool {
	return username == "system:serviceaccount:kube-system:generic-garbage-collector" || username == user.KubeControllerManager
}
