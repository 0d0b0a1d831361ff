// SPDX-License-Identifier: Apache-2.0

package token

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	testingclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/polyorg/polyorg/internal/rules"
)

var errDown = errors.New("the API server is down")

// stored is a Store of one replica, the Secret that it reads, and what it logs.
type stored struct {
	*Store
	clock *testingclock.FakePassiveClock
	down  bool
	reads int
	said  strings.Builder
}

func newStored(t *testing.T, data map[string][]byte) *stored {
	t.Helper()
	s := &stored{clock: testingclock.NewFakePassiveClock(time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "polyorg-system", Name: SecretName}, Data: data}
	c := fake.NewClientBuilder().WithObjects(secret).WithInterceptorFuncs(interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			s.reads++
			if s.down {
				return errDown
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return c.Get(ctx, key, o, opts...)
		},
	}).Build()
	s.Store = &Store{Client: c, Namespace: "polyorg-system", Clock: s.clock}
	return s
}

// restarted is another replica, which has read nothing yet.
func (s *stored) restarted() *Store {
	return &Store{Client: s.Client, Namespace: s.Namespace, Clock: s.clock}
}

// put replaces what the Secret holds, and lets so much time pass.
func (s *stored) put(t *testing.T, data map[string][]byte, after time.Duration) {
	t.Helper()
	secret := &corev1.Secret{}
	if err := s.Client.Get(t.Context(), client.ObjectKey{Namespace: s.Namespace, Name: SecretName}, secret); err != nil {
		t.Fatal(err)
	}
	secret.Data = data
	if err := s.Client.Update(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	s.pass(after)
}

func (s *stored) pass(d time.Duration) { s.clock.SetTime(s.clock.Now().Add(d)) }

// context has a log that the test reads.
func (s *stored) context(t *testing.T) context.Context {
	t.Helper()
	return log.IntoContext(t.Context(), funcr.New(func(_, args string) { s.said.WriteString(args + "\n") }, funcr.Options{}))
}

func TestARemovedKeyEndsWhateverComesInItsPlace(t *testing.T) {
	for sentence, in := range map[string]map[string][]byte{
		"nothing":                      nil,
		"a short one":                  {"2027": []byte("hidden")},
		"a short one of the same name": {"2026": []byte("hidden")},
		"another one of the same name": {"2026": keyOf("other")},
		"another one":                  {"2027": keyOf("2027")},
		"a bad name":                   {"2027 hidden": keyOf("2027")},
	} {
		t.Run("I11: "+sentence, func(t *testing.T) {
			s := newStored(t, map[string][]byte{"2026": keyOf("2026")})
			ctx := s.context(t)
			old, err := s.Sign(ctx, link())
			if err != nil {
				t.Fatal(err)
			}
			s.put(t, in, keepKeys)
			for name, replica := range map[string]*Store{"one that runs": s.Store, "one that restarts": s.restarted()} {
				if _, err := replica.Verify(ctx, old); !errors.Is(err, ErrInvalid) {
					t.Errorf("%s: a link of the removed key: %v", name, err)
				}
			}
		})
	}
}

// Anybody may ask for the page and go away at once.
func TestI11ARequestThatIsGoneKeepsNoRemovedKey(t *testing.T) {
	s := newStored(t, map[string][]byte{"2026": keyOf("2026")})
	ctx := s.context(t)
	old, err := s.Sign(ctx, link())
	if err != nil {
		t.Fatal(err)
	}
	s.put(t, map[string][]byte{"2027": keyOf("2027")}, keepKeys)
	gone, leave := context.WithCancel(ctx)
	leave()
	if _, err := s.Verify(gone, old); !errors.Is(err, ErrInvalid) {
		t.Errorf("a link of the removed key: %v", err)
	}
}

func TestABadEntryBesideAGoodKey(t *testing.T) {
	s := newStored(t, map[string][]byte{"2026": keyOf("2026")})
	ctx := s.context(t)
	old, err := s.Sign(ctx, link())
	if err != nil {
		t.Fatal(err)
	}
	s.put(t, map[string][]byte{"2026": keyOf("2026"), "2027": []byte("hidden")}, keepKeys)
	for name, replica := range map[string]*Store{"one that runs": s.Store, "one that restarts": s.restarted()} {
		if _, err := replica.Verify(ctx, old); err != nil {
			t.Errorf("%s: a link of the good key: %v", name, err)
		}
		if again, err := replica.Sign(ctx, link()); err != nil || again != old {
			t.Errorf("%s: the good key does not sign: %v", name, err)
		}
	}
	for range 3 {
		s.pass(keepKeys)
		if _, err := s.Verify(ctx, old); err != nil {
			t.Error(err)
		}
	}
	if said := s.said.String(); strings.Count(said, `2027`) != 2 || strings.Contains(said, "hidden") {
		t.Errorf("want the name of the entry once of each replica, and never its value; got %s", said)
	}
}

func TestNoKey(t *testing.T) {
	s := newStored(t, map[string][]byte{"2027": []byte("hidden")})
	ctx := s.context(t)
	_, unsigned := s.Sign(ctx, link())
	_, unproved := s.Prove(ctx, "uid", "bob@zylker.com")
	for _, err := range []error{unsigned, unproved} {
		if !errors.Is(err, ErrNoKey) || !strings.Contains(err.Error(), SecretName) || !strings.Contains(err.Error(), "add one of 32 random bytes") {
			t.Errorf("want what to do, got %v", err)
		}
	}
	if _, err := s.Verify(ctx, sign(t, keys(t, "2026"))); !errors.Is(err, ErrInvalid) {
		t.Errorf("I11: %v", err)
	}
	if proves, err := s.Proves(ctx, "2027:AAAA", "uid", "bob@zylker.com"); proves || err != nil {
		t.Errorf("I11: proves %t, %v", proves, err)
	}
	s.put(t, map[string][]byte{"2028": keyOf("2028")}, keepKeys)
	if _, err := s.Sign(ctx, link()); err != nil {
		t.Errorf("a key was added: %v", err)
	}
}

func TestASecretThatCannotBeRead(t *testing.T) {
	s := newStored(t, map[string][]byte{"2026": keyOf("2026")})
	ctx := s.context(t)
	old, err := s.Sign(ctx, link())
	if err != nil {
		t.Fatal(err)
	}
	s.down = true
	s.pass(time.Hour)
	if _, err := s.Verify(ctx, old); err != nil {
		t.Errorf("I11: the keys that were read last are not used: %v", err)
	}
	if _, err := s.restarted().Verify(ctx, old); !errors.Is(err, errDown) || errors.Is(err, ErrInvalid) {
		t.Errorf("I11: a replica that has read nothing cannot tell, and says %v", err)
	}
	before := s.reads
	for range 100 {
		if _, err := s.Verify(ctx, sign(t, keys(t, "unknown"))); !errors.Is(err, ErrInvalid) {
			t.Fatal(err)
		}
	}
	if s.reads != before {
		t.Errorf("tokens of an unknown key read the Secret %d times within a second", s.reads-before)
	}
	s.down = false
	s.put(t, nil, askAgain)
	if _, err := s.Verify(ctx, old); !errors.Is(err, ErrInvalid) {
		t.Errorf("I11: the key was removed meanwhile: %v", err)
	}
}

func TestTheFirstKeyIsMade(t *testing.T) {
	c := fake.NewClientBuilder().Build()
	clock := testingclock.NewFakePassiveClock(time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
	one, other := &Store{Client: c, Namespace: "polyorg-system", Clock: clock}, &Store{Client: c, Namespace: "polyorg-system", Clock: clock}
	token, err := one.Sign(t.Context(), link())
	if err != nil {
		t.Fatal(err)
	}
	var got rules.Link
	if got, err = other.Verify(t.Context(), token); err != nil || got.Invitation != "uid" {
		t.Errorf("I11: another replica: %+v, %v", got, err)
	}
	if bytes.Contains([]byte(token), []byte("uid")) {
		t.Error("the token is no token")
	}
}
