// SPDX-License-Identifier: Apache-2.0

// Package recipients keeps what no invitation can say of the address that it is for: that its owner wants no more e-mail, and how many
// messages invitations that are gone have sent to it (I13). It holds no address, only keyed hashes.
package recipients

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/rules"
)

const (
	// SecretName is the name of the Secret with the key of the hashes. Without it, nobody could tell any more who wants no e-mail.
	SecretName = "polyorg-recipients-key"
	// shardPrefix and the first three hexadecimal digits of a hash make up the name of the ConfigMap that holds the record. So each of them
	// stays small, and the 4096 of them hold many millions of records.
	shardPrefix = "polyorg-recipients-"
	shardDigits = 3
	// shardLabel is on each of these ConfigMaps.
	shardLabel = "polyorg.io/recipients"
	// keyField is the Secret's one field.
	keyField = "key"
	keyBytes = 32
)

//+kubebuilder:rbac:groups="",namespace=polyorg-system,resources=secrets,resourceNames=polyorg-recipients-key,verbs=get
//+kubebuilder:rbac:groups="",namespace=polyorg-system,resources=configmaps,verbs=get;list;create;update

// Platform stands for all organizations in place of a name: the owner of the address wants no e-mail of any of them.
const Platform = "*"

// Recipient is an address, as an organization of that name writes to it. A later organization of the same name is no other one here: deleting
// one and making it anew ends no wish and no count.
type Recipient struct {
	// Organization is a name, or Platform.
	Organization string
	// Digest stands for the address, as in a link.
	Digest string
}

// Of is the recipient of an address.
func Of(organization, email string) Recipient {
	return Recipient{organization, rules.EmailDigest(email)}
}

// Record is what is kept of one recipient.
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

// MutedSince is when the owner of the address asked for no more e-mail; zero if they did not.
func (r Record) MutedSince() time.Time {
	if r.MutedAt == 0 {
		return time.Time{}
	}
	return time.Unix(r.MutedAt, 0)
}

// empty reports whether there is nothing to keep.
func (r Record) empty() bool { return r.MutedAt == 0 && len(r.Sent) == 0 }

// Messages counts the messages that still count at an instant, except those of invitations that are there.
func (r Record) Messages(there sets.Set[types.UID], now time.Time) (sum int32) {
	for _, s := range r.Sent {
		if !there.Has(s.Invitation) && s.Until > now.Unix() {
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

// Get reads the record of a recipient.
func (s *Store) Get(ctx context.Context, of Recipient) (Record, error) {
	name, err := s.hash(ctx, of)
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

// Known is the record of a recipient, with a wish that they may have for the whole platform: MutedAt is that of the later one.
func (s *Store) Known(ctx context.Context, of Recipient) (Record, error) {
	r, err := s.Get(ctx, of)
	if err != nil {
		return r, err
	}
	everywhere, err := s.Get(ctx, Recipient{Platform, of.Digest})
	r.MutedAt = max(r.MutedAt, everywhere.MutedAt)
	return r, err
}

// Mute notes that a recipient wants no more e-mail.
func (s *Store) Mute(ctx context.Context, of Recipient, now time.Time) error {
	return s.Change(ctx, of, now, func(r *Record) { r.MutedAt = now.Unix() })
}

// Unmute notes that a recipient wants e-mail again.
func (s *Store) Unmute(ctx context.Context, of Recipient, now time.Time) error {
	return s.Change(ctx, of, now, func(r *Record) { r.MutedAt = 0 })
}

// Change changes the record of a recipient, and drops what counts no longer at an instant.
func (s *Store) Change(ctx context.Context, of Recipient, now time.Time, change func(*Record)) error {
	name, err := s.hash(ctx, of)
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
		shard.ObjectMeta = metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name, Labels: map[string]string{shardLabel: "true"}}
		return s.Client.Create(ctx, &shard)
	}
	return s.Client.Update(ctx, &shard)
}

// prune drops what counts no longer. A record that cannot be read stays for a later version.
func prune(data map[string]string, now time.Time) {
	maps.DeleteFunc(data, func(_, text string) bool {
		r, err := read(text)
		return err == nil && r.MutedAt == 0 && r.Messages(nil, now) == 0
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
	return client.ObjectKey{Namespace: s.Namespace, Name: shardPrefix + hash[:shardDigits]}
}

// hash stands for a recipient. Without the key, nobody can find out whether an address is there.
func (s *Store) hash(ctx context.Context, of Recipient) (string, error) {
	key, err := s.secret(ctx)
	if err != nil {
		return "", fmt.Errorf("read the key of recipients: %w", err)
	}
	text, _ := json.Marshal([]string{of.Organization, of.Digest}) // texts always can be
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// secret is the key, which is made once.
func (s *Store) secret(ctx context.Context) ([]byte, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.key != nil {
		return s.key, nil
	}
	secret, err := s.load(ctx)
	switch {
	case err != nil:
		return nil, err
	case len(secret.Data[keyField]) < keyBytes:
		return nil, fmt.Errorf("the Secret %s has no %s of %d bytes", SecretName, keyField, keyBytes)
	}
	s.key = secret.Data[keyField]
	return s.key, nil
}

// load reads the Secret, or makes it.
func (s *Store) load(ctx context.Context) (*corev1.Secret, error) {
	secret := &corev1.Secret{}
	name := client.ObjectKey{Namespace: s.Namespace, Name: SecretName}
	err := s.Client.Get(ctx, name, secret)
	if !apierrors.IsNotFound(err) {
		return secret, err
	}
	if err := s.empty(ctx); err != nil {
		return nil, err
	}
	secret = &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.Namespace, Name: SecretName},
		Data:       map[string][]byte{keyField: newKey()},
	}
	if err = s.Client.Create(ctx, secret); apierrors.IsAlreadyExists(err) {
		err = s.Client.Get(ctx, name, secret)
	}
	return secret, err
}

// empty refuses to go on without the key where there are records: with another key, all wishes for no more e-mail would be lost in silence.
func (s *Store) empty(ctx context.Context) error {
	var all corev1.ConfigMapList
	err := s.Client.List(ctx, &all, client.InNamespace(s.Namespace), client.MatchingLabels{shardLabel: "true"}, client.Limit(1))
	if err == nil && len(all.Items) > 0 {
		err = fmt.Errorf("the Secret %s is gone, by which the operator knows who wants no e-mail; restore it from a backup, or delete the "+
			"ConfigMaps with the label %s to forget them all", SecretName, shardLabel)
	}
	return err
}

func newKey() []byte {
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails
	return key
}
