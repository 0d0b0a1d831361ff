// SPDX-License-Identifier: Apache-2.0

package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"
)

// A proof replaces a token in an InvitationResponse, in spec.tokenHash. It is a keyed hash: nobody can make a token from it, and nobody
// without the keys can make a proof. So the webhook that judges an answer need not trust that another webhook stamped it (I7, I11).

// answer is the purpose of such a proof, among all that the keys are used for.
const answer = "polyorg.io/answer"

// Prove makes the proof that a valid token for an invitation to an address was seen.
func (k Keys) Prove(invitation types.UID, email string) (string, error) {
	id, err := k.signing()
	if err != nil {
		return "", err
	}
	return id + ":" + base64.RawURLEncoding.EncodeToString(k.mac(id, answer, string(invitation), email)), nil
}

// Proves reports, in constant time, whether a proof is about an invitation to an address. known is false if its key is not among the keys.
func (k Keys) Proves(proof string, invitation types.UID, email string) (proves, known bool) {
	id, text, _ := strings.Cut(proof, ":")
	if !k.Has(id) {
		return false, false
	}
	mac, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && hmac.Equal(mac, k.mac(id, answer, string(invitation), email)), true
}

// Digests are the keyed hashes of some texts for one purpose, which tells them from all other hashes of the keys. There is one by each key;
// that of the signing key comes first.
func (k Keys) Digests(purpose string, of ...string) ([][]byte, error) {
	if len(k.byID) == 0 {
		return nil, ErrNoKey
	}
	var all [][]byte
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(k.byID))) {
		all = append(all, k.mac(id, append([]string{purpose}, of...)...))
	}
	return all, nil
}

// mac can be mistaken for no signature of a token. A token's signed text has no quotes.
func (k Keys) mac(id string, texts ...string) []byte {
	text, _ := json.Marshal(texts) // strings always can be
	h := hmac.New(sha256.New, k.byID[id])
	h.Write(text)
	return h.Sum(nil)
}
