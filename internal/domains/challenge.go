// SPDX-License-Identifier: Apache-2.0

package domains

import (
	"context"
	"encoding/base32"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/internal/token"
)

// SecretName is the name of the Secret, in the operator's namespace, that holds the keys of the challenges' values. It is the Secret of the
// Store from which Challenges gets its keys. Values change with the newest key. The values of older keys prove as well while those are there.
const SecretName = "polyorg-domain-keys"

//+kubebuilder:rbac:groups="",namespace=polyorg-system,resources=secrets,resourceNames=polyorg-domain-keys,verbs=get

const (
	// purpose tells the hashes of challenges from others that a key might make.
	purpose = "polyorg.io/domain-challenge"
	// valuePrefix says to people whose record it is.
	valuePrefix = "polyorg-"
	// valueBytes is the part of a hash that a value has. Nobody can guess 20 bytes.
	valueBytes = 20
)

// alphabet has no letters in two cases, so that a value can be read to somebody, and a DNS provider's form may change its case.
var alphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Challenge is the DNS record by which one organization proves one domain.
type Challenge struct {
	// Name is that of the record, without a dot at its end.
	Name string
	// Value is what it says.
	Value string
	// older are values that it was told to say before.
	older []string
}

// Challenges makes challenges. It is safe for concurrent use.
type Challenges struct {
	// Keys are those of the Secret SecretName.
	Keys *token.Store
}

// Of is the challenge of an organization's UID and a domain: always the same for the two, and for no others. Told is the value that the
// organization was told last, or empty. It proves also if its key is gone, so that a lost Secret costs nobody a domain. The caller knows that
// this very organization was told it, for this domain.
func (c Challenges) Of(ctx context.Context, holder types.UID, domain, told string) (Challenge, error) {
	digests, err := c.Keys.Digests(ctx, purpose, string(holder), domain)
	if err != nil {
		return Challenge{}, err
	}
	var values []string
	for _, digest := range digests {
		values = append(values, valuePrefix+alphabet.EncodeToString(digest[:valueBytes]))
	}
	if told != "" {
		values = append(values, told)
	}
	return Challenge{Name: rules.ChallengeName(domain), Value: values[0], older: values[1:]}, nil
}

// isProvedBy reports whether the text of a TXT record proves the domain. People copy a value with its quotes and with spaces around it.
func (c Challenge) isProvedBy(text string) bool {
	text = strings.Trim(text, ` "\`)
	is := func(value string) bool { return value != "" && strings.EqualFold(text, value) }
	return is(c.Value) || slices.ContainsFunc(c.older, is)
}
