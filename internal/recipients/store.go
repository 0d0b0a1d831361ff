// SPDX-License-Identifier: Apache-2.0

// Package recipients keeps what no invitation can say of the address that it is for: that its owner wants no more e-mail, and how many
// messages invitations that are gone have sent to it (I13). It holds no address, only keyed hashes.
package recipients

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// SecretName is the name of the Secret with the key of the hashes. Without it, nobody could tell any more who wants no e-mail.
	SecretName = "polyorg-recipients-key"
	// shardPrefix and the first character of a hash make up the name of the ConfigMap that holds the record.
	shardPrefix = "polyorg-recipients-"
	// keyField is the Secret's one field.
	keyField = "key"
	keyBytes = 32
)

//+kubebuilder:rbac:groups="",namespace=polyorg-system,resources=secrets,resourceNames=polyorg-recipients-key,verbs=get
//+kubebuilder:rbac:groups="",namespace=polyorg-system,resources=configmaps,verbs=get;create;update

// Platform stands for all organizations in place of a UID: the owner of the address wants no e-mail of any of them.
const Platform types.UID = "*"

// Record is what is kept of one address and one organization, or of one address and the platform.
type Record struct {
	// MutedAt is when the owner of the address asked for no more e-mail, in Unix seconds; 0 if they did not.
	MutedAt int64 `json:"m,omitempty"`
	// Sent are the messages of invitations that are gone.
	Sent []Sent `json:"s,omitempty"`
}

// Sent are the messages of one invitation that is gone.
type Sent struct {
	Invitation types.UID `json:"i"`
	Messages   int32     `json:"n"`
	// Until is when they count no longer, in Unix seconds.
	Until int64 `json:"u"`
}

// empty reports whether there is nothing to keep.
func (r Record) empty() bool { return r.MutedAt == 0 && len(r.Sent) == 0 }

// Messages counts the messages that still count at an instant, except those of one invitation.
func (r Record) Messages(but types.UID, now time.Time) (sum int32) {
	for _, s := range r.Sent {
		if s.Invitation != but && s.Until > now.Unix() {
			sum += s.Messages
		}
	}
	return sum
}

// Store keeps records in ConfigMaps of the operator's namespace. It is safe for concurrent use, by all replicas.
type Store struct {
	// Client reads and writes past any cache.
	Client    client.Client
	Namespace string

	mutex sync.Mutex
	key   []byte
}

// Get reads the record of an address and an organization.
func (s *Store) Get(ctx context.Context, organization types.UID, email string) (Record, error) {
	name, err := s.hash(ctx, organization, email)
	if err != nil {
		return Record{}, err
	}
	var shard corev1.ConfigMap
	err = s.Client.Get(ctx, s.shard(name), &shard)
	if err != nil {
		return Record{}, client.IgnoreNotFound(err)
	}
	return read(shard.Data[name])
}

// MutedAt is when the owner of an address last asked for no more e-mail, of an organization or of any; zero if they want it.
func (s *Store) MutedAt(ctx context.Context, organization types.UID, email string) (at time.Time, err error) {
	for _, of := range []types.UID{organization, Platform} {
		r, err := s.Get(ctx, of, email)
		if err != nil {
			return time.Time{}, err
		}
		if muted := time.Unix(r.MutedAt, 0); r.MutedAt != 0 && muted.After(at) {
			at = muted
		}
	}
	return at, nil
}

// Mute notes that the owner of an address wants no more e-mail of an organization, or of any: of Platform.
func (s *Store) Mute(ctx context.Context, organization types.UID, email string, now time.Time) error {
	return s.Change(ctx, organization, email, now, func(r *Record) { r.MutedAt = now.Unix() })
}

// Unmute notes that the owner of an address wants e-mail again.
func (s *Store) Unmute(ctx context.Context, organization types.UID, email string, now time.Time) error {
	return s.Change(ctx, organization, email, now, func(r *Record) { r.MutedAt = 0 })
}

// Change changes the record of an address and an organization, and drops what counts no longer at an instant.
func (s *Store) Change(ctx context.Context, organization types.UID, email string, now time.Time, change func(*Record)) error {
	name, err := s.hash(ctx, organization, email)
	if err != nil {
		return err
	}
	retriable := func(err error) bool {
		return apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err)
	}
	err = retry.OnError(retry.DefaultBackoff, retriable, func() error { return s.change(ctx, name, now, change) })
	if err != nil {
		return fmt.Errorf("note what is known of a recipient: %w", err)
	}
	return nil
}

func (s *Store) change(ctx context.Context, name string, now time.Time, change func(*Record)) error {
	key := s.shard(name)
	shard := corev1.ConfigMap{}
	err := s.Client.Get(ctx, key, &shard)
	if client.IgnoreNotFound(err) != nil {
		return err
	}
	before := maps.Clone(shard.Data)
	prune(shard.Data, now)
	r, broken := read(shard.Data[name])
	if broken != nil {
		return broken
	}
	change(&r)
	if shard.Data == nil {
		shard.Data = map[string]string{}
	}
	delete(shard.Data, name)
	if !r.empty() {
		shard.Data[name] = write(r)
	}
	switch {
	case maps.Equal(before, shard.Data):
		return nil
	case err != nil:
		shard.ObjectMeta = metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name}
		return s.Client.Create(ctx, &shard)
	}
	return s.Client.Update(ctx, &shard)
}

// prune drops what counts no longer. A record that cannot be read stays for a later version.
func prune(data map[string]string, now time.Time) {
	maps.DeleteFunc(data, func(_, text string) bool {
		r, err := read(text)
		return err == nil && r.MutedAt == 0 && r.Messages("", now) == 0
	})
}

func read(text string) (r Record, err error) {
	if text == "" {
		return r, nil
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, fmt.Errorf("read a recipient's record: %w", err)
	}
	return r, nil
}

func write(r Record) string {
	text, _ := json.Marshal(r) // texts and numbers always can be
	return string(text)
}

func (s *Store) shard(hash string) client.ObjectKey {
	return client.ObjectKey{Namespace: s.Namespace, Name: fmt.Sprintf("%s%x", shardPrefix, hash[0]&0xf)}
}

// hash stands for an address and an organization. Without the key, nobody can find out whether an address is there.
func (s *Store) hash(ctx context.Context, organization types.UID, email string) (string, error) {
	key, err := s.secret(ctx)
	if err != nil {
		return "", fmt.Errorf("read the key of recipients: %w", err)
	}
	text, _ := json.Marshal([]string{string(organization), email}) // texts always can be
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16]), nil
}

// secret is the key, which is made once.
func (s *Store) secret(ctx context.Context) ([]byte, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.key != nil {
		return s.key, nil
	}
	var secret corev1.Secret
	name := client.ObjectKey{Namespace: s.Namespace, Name: SecretName}
	err := s.Client.Get(ctx, name, &secret)
	if apierrors.IsNotFound(err) {
		secret = corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: s.Namespace, Name: SecretName},
			Data:       map[string][]byte{keyField: newKey()},
		}
		if err = s.Client.Create(ctx, &secret); apierrors.IsAlreadyExists(err) {
			err = s.Client.Get(ctx, name, &secret)
		}
	}
	switch {
	case err != nil:
		return nil, err
	case len(secret.Data[keyField]) < keyBytes:
		return nil, fmt.Errorf("the Secret %s has no %s of %d bytes", SecretName, keyField, keyBytes)
	}
	s.key = secret.Data[keyField]
	return s.key, nil
}

func newKey() []byte {
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails
	return key
}
