// SPDX-License-Identifier: Apache-2.0

package token

import (
	"crypto/rand"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"
)

// keyBytes is the length of a key: that of the hash that HS256 uses.
const keyBytes = 32

// keyID is the form of a key's name. A name that begins with a date sorts by its age.
var keyID = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// Keys are the keys that sign tokens, by their IDs. The last one by name signs; all of them check. So a new key is added beside the old one,
// and the old one is removed once no token of it is pending.
type Keys struct{ byID map[string][]byte }

// NewKeys reads keys from the data of a Secret. A bad key is an error: without it, links that people have would end in silence. The error
// names the key, and never shows it.
func NewKeys(data map[string][]byte) (Keys, error) {
	for _, id := range slices.Sorted(maps.Keys(data)) {
		switch {
		case !keyID.MatchString(id):
			return Keys{}, fmt.Errorf("key %q: a name has 1 to 64 letters, digits, dots, hyphens and underscores", id)
		case len(data[id]) < keyBytes:
			return Keys{}, fmt.Errorf("key %q: it has %d bytes, and needs at least %d random ones", id, len(data[id]), keyBytes)
		}
	}
	if len(data) == 0 {
		return Keys{}, fmt.Errorf("there is no key; add one of %d random bytes, with the date as its name", keyBytes)
	}
	return Keys{maps.Clone(data)}, nil
}

// GenerateKey is a new random key, and its ID for an instant.
func GenerateKey(now time.Time) (id string, key []byte) {
	key = make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails
	return now.UTC().Format("2006-01-02T15-04-05Z"), key
}

// signing is the ID of the key that signs.
func (k Keys) signing() string {
	return slices.Max(slices.Collect(maps.Keys(k.byID)))
}

// Has reports whether there is a key of an ID.
func (k Keys) Has(id string) bool { return k.byID[id] != nil }
