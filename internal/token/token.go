// SPDX-License-Identifier: Apache-2.0

package token

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/rules"
)

// issuer tells our tokens from others that one key might sign.
const issuer = "polyorg.io/invitation"

// algorithms are those that a token may name. "none" is not among them, nor one that would use a key in another way.
var algorithms = []jose.SignatureAlgorithm{jose.HS256}

// ErrInvalid is the error about a token that no key of ours signed, or that is none at all. It never shows the token.
var ErrInvalid = errors.New("the token is not valid")

// ErrUnknownKey is the error about a token whose key is not among the keys. It wraps ErrInvalid.
var ErrUnknownKey = fmt.Errorf("%w: its key is not known", ErrInvalid)

// claims are the content of a token. Names are short, because the token stands in a link.
type claims struct {
	Issuer    string           `json:"iss"`
	UID       types.UID        `json:"sub"`
	Namespace string           `json:"ns"`
	Name      string           `json:"n"`
	Email     string           `json:"e"` // its digest: the link shows no address
	Send      int32            `json:"s"`
	ExpiresAt *jwt.NumericDate `json:"exp"`
}

// Sign makes the token of one send. The same values and keys always give the same token.
func (k Keys) Sign(l rules.Link) (string, error) {
	id, err := k.signing()
	if err != nil {
		return "", err
	}
	options := (&jose.SignerOptions{}).WithHeader("kid", id) // the library writes no ID of a key that is only bytes
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: k.byID[id]}, options)
	if err != nil {
		return "", fmt.Errorf("sign with key %q: %w", id, err)
	}
	return jwt.Signed(signer).Claims(claims{
		Issuer: issuer, UID: l.Invitation, Namespace: l.Namespace, Name: l.Name, Email: l.EmailDigest, Send: l.Send,
		ExpiresAt: jwt.NewNumericDate(l.ExpiresAt),
	}).Serialize()
}

// Verify reads a token that one of the keys signed. It does not judge whether the link may still be followed: rules.FollowLink does.
func (k Keys) Verify(token string) (rules.Link, error) {
	parsed, err := jwt.ParseSigned(token, algorithms)
	if err != nil || len(parsed.Headers) != 1 || !isExact(token) {
		return rules.Link{}, ErrInvalid // the library's error may quote the token
	}
	key, known := k.byID[parsed.Headers[0].KeyID]
	if !known {
		return rules.Link{}, ErrUnknownKey
	}
	var c claims
	if parsed.Claims(key, &c) != nil || c.Issuer != issuer || c.ExpiresAt == nil {
		return rules.Link{}, ErrInvalid
	}
	return rules.Link{
		Invitation: c.UID, Namespace: c.Namespace, Name: c.Name, EmailDigest: c.Email, Send: c.Send, ExpiresAt: c.ExpiresAt.Time(),
	}, nil
}

// isExact reports whether a token is the one spelling of its content. Otherwise a token with another last character could be the same, because
// not all bits of that character count.
func isExact(token string) bool {
	for part := range strings.SplitSeq(token, ".") {
		if _, err := base64.RawURLEncoding.Strict().DecodeString(part); err != nil || strings.ContainsAny(part, "\r\n") {
			return false
		}
	}
	return true
}

// Of is the link of an invitation's e-mail: the send with that number.
func Of(uid types.UID, name types.NamespacedName, email string, send int32, expiresAt time.Time) rules.Link {
	return rules.Link{
		Invitation: uid, Namespace: name.Namespace, Name: name.Name, EmailDigest: rules.EmailDigest(email), Send: send, ExpiresAt: expiresAt,
	}
}
