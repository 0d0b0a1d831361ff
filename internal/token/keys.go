// SPDX-License-Identifier: Apache-2.0

package token

import (
	"crypto/rand"
	"errors"
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

// NewKeys reads keys from the data of a Secret. The error is about the entries that are no key. It names them, and never shows one. They are
// left out, and the other keys are used: a slip beside a good key must not end the links of that key.
func NewKeys(data map[string][]byte) (Keys, error) {
	keys, errs := Keys{map[string][]byte{}}, []error(nil)
	for _, id := range slices.Sorted(maps.Keys(data)) {
		if err := checkKey(id, data[id]); err != nil {
			errs = append(errs, err)
			continue
		}
		keys.byID[id] = data[id]
	}
	return keys, errors.Join(errs...)
}

func checkKey(id string, key []byte) error {
	switch {
	case !keyID.MatchString(id):
		return fmt.Errorf("key %q: a name has 1 to 64 letters, digits, dots, hyphens and underscores", id)
	case len(key) < keyBytes:
		return fmt.Errorf("key %q: it has %d bytes, and needs at least %d random ones", id, len(key), keyBytes)
	}
	return nil
}

// GenerateKey is a new random key, and its ID for an instant.
func GenerateKey(now time.Time) (id string, key []byte) {
	key = make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails
	return now.UTC().Format("2006-01-02T15-04-05Z"), key
}

// ErrNoKey is the error where there is no key to sign with.
var ErrNoKey = fmt.Errorf("there is no key that can be used; add one of %d random bytes, with the date as its name", keyBytes)

// signing is the ID of the key that signs.
func (k Keys) signing() (string, error) {
	if len(k.byID) == 0 {
		return "", ErrNoKey
	}
	return slices.Max(slices.Collect(maps.Keys(k.byID))), nil
}

// Has reports whether there is a key of an ID.
func (k Keys) Has(id string) bool { return k.byID[id] != nil }
