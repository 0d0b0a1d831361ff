// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	testingclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/polyorg/polyorg/internal/token"
)

const system = "polyorg-system"

// scene is a cluster, and the challenges of a replica.
type scene struct {
	Challenges
	client client.Client
	clock  *testingclock.FakePassiveClock
}

func newScene() *scene {
	s := &scene{client: fake.NewClientBuilder().Build(), clock: testingclock.NewFakePassiveClock(time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))}
	s.Challenges = s.replica()
	return s
}

func (s *scene) replica() Challenges {
	return Challenges{Keys: &token.Store{Client: s.client, Namespace: system, Clock: s.clock, Secret: SecretName}}
}

func (s *scene) of(t *testing.T, c Challenges, uid types.UID, domain, told string) Challenge {
	t.Helper()
	made, err := c.Of(t.Context(), uid, domain, told)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (s *scene) secret(t *testing.T) *corev1.Secret {
	t.Helper()
	secret := &corev1.Secret{}
	if err := s.client.Get(t.Context(), client.ObjectKey{Namespace: system, Name: SecretName}, secret); err != nil {
		t.Fatal(err)
	}
	return secret
}

var form = regexp.MustCompile(`^polyorg-[a-z2-7]{32}$`)

func TestA8AnOrganizationHasOneValueForOneDomain(t *testing.T) {
	s := newScene()
	made := s.of(t, s.Challenges, "uid-1", "crm.zylker.com", "")
	if made.Name != "_polyorg-challenge.crm.zylker.com" || !form.MatchString(made.Value) {
		t.Errorf("got %+v", made)
	}
	if again := s.of(t, s.replica(), "uid-1", "crm.zylker.com", ""); again.Value != made.Value {
		t.Errorf("another replica, or a later day: %s, want %s", again.Value, made.Value)
	}
	for sentence, other := range map[string]Challenge{
		"A2: a later organization of the same name": s.of(t, s.Challenges, "uid-2", "crm.zylker.com", ""),
		"A8: another domain":                        s.of(t, s.Challenges, "uid-1", "crm.zylker.net", ""),
		"A8: both joined in another place":          s.of(t, s.Challenges, "uid-1crm", ".zylker.com", ""),
		"A8: another installation":                  s.of(t, newScene().Challenges, "uid-1", "crm.zylker.com", ""),
	} {
		if other.Value == made.Value || made.isProvedBy(other.Value) || other.isProvedBy(made.Value) {
			t.Errorf("%s has the same value", sentence)
		}
	}
}

func TestA8ANewKeyEndsNoProof(t *testing.T) {
	s := newScene()
	old := s.of(t, s.Challenges, "uid-1", domain, "")
	secret := s.secret(t)
	secret.Data["9999"] = []byte(strings.Repeat("k", 32))
	if err := s.client.Update(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	s.clock.SetTime(s.clock.Now().Add(time.Minute))
	made := s.of(t, s.Challenges, "uid-1", domain, "")
	if made.Value == old.Value || !made.isProvedBy(old.Value) || !made.isProvedBy(made.Value) {
		t.Errorf("got %+v after %+v", made, old)
	}
	if other := s.of(t, s.Challenges, "uid-2", domain, ""); other.isProvedBy(old.Value) || other.isProvedBy(made.Value) {
		t.Error("A8: another organization is proved by it")
	}
}

func TestA8ALostSecretEndsNoProof(t *testing.T) {
	s := newScene()
	old := s.of(t, s.Challenges, "uid-1", domain, "")
	if err := s.client.Delete(t.Context(), s.secret(t)); err != nil {
		t.Fatal(err)
	}
	made := s.of(t, s.replica(), "uid-1", domain, old.Value)
	if made.Value == old.Value || !made.isProvedBy(old.Value) {
		t.Errorf("got %+v after %+v", made, old)
	}
	if untold := s.of(t, s.replica(), "uid-1", domain, ""); untold.isProvedBy(old.Value) || untold.isProvedBy("") {
		t.Error("A8: proved by a value that it was not told")
	}
}

func TestA8WithoutAKeyThereIsNoChallenge(t *testing.T) {
	s := newScene()
	empty := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: SecretName}}
	if err := s.client.Create(t.Context(), empty); err != nil {
		t.Fatal(err)
	}
	if made, err := s.Of(t.Context(), "uid-1", domain, ""); err == nil || !strings.Contains(err.Error(), SecretName) {
		t.Errorf("got %+v, %v", made, err)
	}
}

func TestA8TheKeysOfInvitationsAreOthers(t *testing.T) {
	s := newScene()
	s.of(t, s.Challenges, "uid-1", domain, "")
	var all corev1.SecretList
	if err := s.client.List(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(all.Items, func(secret corev1.Secret) bool { return secret.Name != SecretName }) {
		t.Errorf("made %d Secrets", len(all.Items))
	}
}
