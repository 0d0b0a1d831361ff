// SPDX-License-Identifier: Apache-2.0

package token

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/polyorg/polyorg/internal/rules"
)

// SecretName is the name of the Secret, in the operator's namespace, that holds the keys of invitations. The operator makes it if it is not
// there.
const SecretName = "polyorg-invitation-keys"

const (
	// keepKeys is how long keys are used before they are read again. A key that somebody removed ends its links that late.
	keepKeys = 10 * time.Second
	// askAgain is the shortest time between two reads because of tokens of an unknown key. Anybody can send such tokens.
	askAgain = time.Second
	// longestRead bounds a read, for which others wait.
	longestRead = 5 * time.Second
)

//+kubebuilder:rbac:groups="",namespace=polyorg-system,resources=secrets,verbs=create
//+kubebuilder:rbac:groups="",namespace=polyorg-system,resources=secrets,resourceNames=polyorg-invitation-keys,verbs=get

// Store keeps the keys in a Secret that all replicas read. It is safe for concurrent use.
type Store struct {
	// Client reads and creates Secrets; it must not be a cache.
	Client    client.Client
	Namespace string
	Clock     clock.PassiveClock
	// Secret is the name of the Secret; empty: SecretName.
	Secret string

	mutex sync.Mutex
	keys  Keys
	// read is when the keys were read, and tried when that was tried last.
	read, tried time.Time
	// told is what the log says about entries of the Secret that are no key.
	told string
}

// Sign makes a token with the newest key. It is an error where the Secret has none.
func (s *Store) Sign(ctx context.Context, l rules.Link) (string, error) {
	keys, err := s.get(ctx, keepKeys)
	if err != nil {
		return "", err
	}
	token, err := keys.Sign(l)
	return token, s.about(err)
}

// Verify reads a token. Its error is ErrInvalid if it is not valid, or else about the Secret.
func (s *Store) Verify(ctx context.Context, token string) (rules.Link, error) {
	keys, err := s.get(ctx, keepKeys)
	if err != nil {
		return rules.Link{}, err
	}
	link, err := keys.Verify(token)
	if !errors.Is(err, ErrUnknownKey) {
		return link, err
	}
	if keys, err = s.get(ctx, askAgain); err != nil { // another replica may sign with a key that is newer than those here
		return rules.Link{}, err
	}
	return keys.Verify(token)
}

// Prove makes a proof that a valid token was seen.
func (s *Store) Prove(ctx context.Context, invitation types.UID, email string) (string, error) {
	keys, err := s.get(ctx, keepKeys)
	if err != nil {
		return "", err
	}
	proof, err := keys.Prove(invitation, email)
	return proof, s.about(err)
}

// Proves reports whether a proof is about an invitation to an address.
func (s *Store) Proves(ctx context.Context, proof string, invitation types.UID, email string) (bool, error) {
	keys, err := s.get(ctx, keepKeys)
	if err != nil {
		return false, err
	}
	proves, known := keys.Proves(proof, invitation, email)
	if known {
		return proves, nil
	}
	if keys, err = s.get(ctx, askAgain); err != nil {
		return false, err
	}
	proves, _ = keys.Proves(proof, invitation, email)
	return proves, nil
}

// Digests are the keyed hashes of some texts for one purpose. That of the key that signs comes first.
func (s *Store) Digests(ctx context.Context, purpose string, of ...string) ([][]byte, error) {
	keys, err := s.get(ctx, keepKeys)
	if err != nil {
		return nil, err
	}
	all, err := keys.Digests(purpose, of...)
	return all, s.about(err)
}

// get returns keys that were read at most a certain time ago. While the Secret cannot be read, it is those that were read last.
func (s *Store) get(ctx context.Context, atMost time.Duration) (Keys, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now, known := s.Clock.Now(), !s.read.IsZero()
	if known && (now.Sub(s.read) < atMost || now.Sub(s.tried) < askAgain) {
		return s.keys, nil
	}
	data, err := s.load(ctx, now)
	s.tried = s.Clock.Now() // others wait for the lock
	switch {
	case err == nil:
		s.use(ctx, data, now)
	case !known:
		return Keys{}, s.about(err)
	default:
		log.FromContext(ctx).Error(s.about(err), "The keys that were read last are used")
	}
	return s.keys, nil
}

// use takes what the Secret says for true, even if that is no key at all: a person who removes a key wants its links to end.
func (s *Store) use(ctx context.Context, data map[string][]byte, now time.Time) {
	keys, err := NewKeys(data)
	s.keys, s.read = keys, now
	said := ""
	if err != nil {
		said = err.Error()
	}
	if said != s.told && said != "" {
		log.FromContext(ctx).Error(s.about(err), "Entries that are no key are not used; correct or remove them")
	}
	s.told = said
}

// about says where the keys are.
func (s *Store) about(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the keys in Secret %s/%s: %w", s.Namespace, s.secretName(), err)
}

func (s *Store) secretName() string { return cmp.Or(s.Secret, SecretName) }

// load reads the Secret, and creates it where there is none. Replicas that do so at once agree on the one that was created first.
func (s *Store) load(ctx context.Context, now time.Time) (map[string][]byte, error) {
	// Anybody may be the one who asks, and go away in the middle: nobody can keep a removed key in use by that.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestRead)
	defer cancel()
	var secret corev1.Secret
	name := client.ObjectKey{Namespace: s.Namespace, Name: s.secretName()}
	err := s.Client.Get(ctx, name, &secret)
	if apierrors.IsNotFound(err) {
		id, key := GenerateKey(now)
		secret = corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: name.Namespace, Name: name.Name},
			Data:       map[string][]byte{id: key},
		}
		if err = s.Client.Create(ctx, &secret); apierrors.IsAlreadyExists(err) {
			err = s.Client.Get(ctx, name, &secret)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return secret.Data, nil
}
