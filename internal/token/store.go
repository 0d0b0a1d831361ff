// SPDX-License-Identifier: Apache-2.0

package token

import (
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

// SecretName is the name of the Secret, in the operator's namespace, that holds the keys. The operator makes it if it is not there.
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

	mutex sync.Mutex
	keys  Keys
	read  time.Time
}

// Sign makes a token with the newest key.
func (s *Store) Sign(ctx context.Context, l rules.Link) (string, error) {
	keys, err := s.get(ctx, keepKeys)
	if err != nil {
		return "", err
	}
	return keys.Sign(l)
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
	return keys.Prove(invitation, email), nil
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

// get returns keys that were read at most a certain time ago.
func (s *Store) get(ctx context.Context, atMost time.Duration) (Keys, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := s.Clock.Now()
	if !s.read.IsZero() && now.Sub(s.read) < atMost {
		return s.keys, nil
	}
	ctx, cancel := context.WithTimeout(ctx, longestRead)
	defer cancel()
	keys, err := s.load(ctx, now)
	if err == nil {
		s.keys, s.read = keys, now
		return keys, nil
	}
	err = fmt.Errorf("read the keys of invitations in Secret %s/%s: %w", s.Namespace, SecretName, err)
	if s.read.IsZero() {
		return Keys{}, err
	}
	// The keys that are known go on for a moment, and then it is tried again: others wait for the lock.
	log.FromContext(ctx).Error(err, "The keys that were read last are used")
	s.read = now.Add(askAgain - keepKeys)
	return s.keys, nil
}

// load reads the Secret, and creates it where there is none. Replicas that do so at once agree on the one that was created first.
func (s *Store) load(ctx context.Context, now time.Time) (Keys, error) {
	var secret corev1.Secret
	name := client.ObjectKey{Namespace: s.Namespace, Name: SecretName}
	err := s.Client.Get(ctx, name, &secret)
	if apierrors.IsNotFound(err) {
		id, key := GenerateKey(now)
		secret = corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: s.Namespace, Name: SecretName},
			Data:       map[string][]byte{id: key},
		}
		if err = s.Client.Create(ctx, &secret); apierrors.IsAlreadyExists(err) {
			err = s.Client.Get(ctx, name, &secret)
		}
	}
	if err != nil {
		return Keys{}, err
	}
	return NewKeys(secret.Data)
}
