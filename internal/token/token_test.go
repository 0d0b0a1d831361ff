// SPDX-License-Identifier: Apache-2.0

package token

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/rules"
)

// keyOf is a key of its own for each ID.
func keyOf(id string) []byte { return bytes.Repeat([]byte(id), keyBytes)[:keyBytes] }

func keys(tb testing.TB, ids ...string) Keys {
	tb.Helper()
	data := map[string][]byte{}
	for _, id := range ids {
		data[id] = keyOf(id)
	}
	k, err := NewKeys(data)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func link() rules.Link {
	name := types.NamespacedName{Namespace: "org-zylker", Name: "bob"}
	return Of("uid", name, "bob@zylker.com", 2, time.Date(2026, 12, 6, 12, 0, 0, 0, time.UTC))
}

func sign(tb testing.TB, k Keys) string {
	tb.Helper()
	token, err := k.Sign(link())
	if err != nil {
		tb.Fatal(err)
	}
	return token
}

// crafted is a token that somebody signs by themselves.
func crafted(t *testing.T, algorithm jose.SignatureAlgorithm, key any, id string, claims map[string]any) string {
	t.Helper()
	options := &jose.SignerOptions{}
	if id != "" {
		options.WithHeader("kid", id)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestVerify(t *testing.T) {
	k := keys(t, "2026")
	got, err := k.Verify(sign(t, k))
	if err != nil {
		t.Fatal(err)
	}
	got.ExpiresAt = got.ExpiresAt.UTC()
	if got != link() {
		t.Errorf("%+v, want %+v", got, link())
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	k := keys(t, "2026")
	good := sign(t, k)
	parts := strings.Split(good, ".")
	own := keyOf("2026")
	claims := map[string]any{"iss": issuer, "sub": "uid", "exp": 1 << 40}
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"2026"}`)) + "." + parts[1] + "."
	for sentence, token := range map[string]string{
		"I11: no token":                    "",
		"I11: a part of one":               parts[0] + "." + parts[1],
		"I11: alg none":                    none,
		"I11: alg none, with a signature":  none + parts[2],
		"I11: another algorithm":           crafted(t, jose.HS512, bytes.Repeat([]byte("2"), 64), "2026", claims),
		"I11: another key under the name":  crafted(t, jose.HS256, bytes.Repeat([]byte("x"), keyBytes), "2026", claims),
		"I11: a key that there is not":     crafted(t, jose.HS256, own, "2025", claims),
		"I11: no key ID":                   crafted(t, jose.HS256, own, "", claims),
		"I11: another kind of token":       crafted(t, jose.HS256, own, "2026", map[string]any{"iss": "another", "sub": "uid", "exp": 1 << 40}),
		"I11: one without an end":          crafted(t, jose.HS256, own, "2026", map[string]any{"iss": issuer, "sub": "uid"}),
		"I11: claims of other types":       crafted(t, jose.HS256, own, "2026", map[string]any{"iss": issuer, "sub": 7, "exp": "never"}),
		"I11: JSON instead of the compact": `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
	} {
		t.Run(sentence, func(t *testing.T) {
			_, err := k.Verify(token)
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("error %v, want ErrInvalid", err)
			}
			if token != "" && strings.Contains(err.Error(), token) {
				t.Errorf("the error shows the token: %v", err)
			}
		})
	}
}

// TestEveryCharacter changes one character after another. The last one of each part can hold bits that mean nothing; no other spelling of a
// token is taken for all that.
func TestEveryCharacter(t *testing.T) {
	k := keys(t, "2026")
	good := sign(t, k)
	for i := range good {
		for _, c := range []byte("Ab0_-.= ") {
			if good[i] == c {
				continue
			}
			changed := good[:i] + string(c) + good[i+1:]
			if _, err := k.Verify(changed); !errors.Is(err, ErrInvalid) {
				t.Fatalf("I11: a token with another character at %d is taken (%v): %q", i, err, c)
			}
		}
	}
}

func TestRotation(t *testing.T) {
	before, during, after := keys(t, "2026-01"), keys(t, "2026-01", "2026-02"), keys(t, "2026-02")
	old, young := sign(t, before), sign(t, during)
	if _, err := during.Verify(old); err != nil {
		t.Errorf("I11: a pending link breaks when a key is added: %v", err)
	}
	if _, err := after.Verify(young); err != nil {
		t.Errorf("I11: the newest key by name does not sign: %v", err)
	}
	if _, err := after.Verify(old); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("I11: a link of a removed key: %v", err)
	}
}

func TestProof(t *testing.T) {
	k := keys(t, "2026-01", "2026-02")
	proof, err := k.Prove("uid", "bob@zylker.com")
	if err != nil {
		t.Fatal(err)
	}
	for sentence, tc := range map[string]struct {
		keys          Keys
		proof         string
		uid           types.UID
		email         string
		proves, known bool
	}{
		"I7: it proves its invitation and address": {k, proof, "uid", "bob@zylker.com", true, true},
		"I7: no other invitation":                  {k, proof, "other", "bob@zylker.com", false, true},
		"I7: no other address":                     {k, proof, "uid", "eve@zylker.com", false, true},
		"I7: nor both joined in another way":       {k, proof, "uidbob", "@zylker.com", false, true},
		"I7: a part of it proves nothing":          {k, proof[:len(proof)-1], "uid", "bob@zylker.com", false, true},
		"I7: nor an empty one":                     {k, "2026-02:", "uid", "bob@zylker.com", false, true},
		"I7: nor one of the key before":            {k, "2026-01" + proof[len("2026-02"):], "uid", "bob@zylker.com", false, true},
		"I7: a key that is not known":              {keys(t, "2026-01"), proof, "uid", "bob@zylker.com", false, false},
		"I7: no key at all":                        {k, "nonsense", "uid", "bob@zylker.com", false, false},
	} {
		if proves, known := tc.keys.Proves(tc.proof, tc.uid, tc.email); proves != tc.proves || known != tc.known {
			t.Errorf("%s: %t, %t", sentence, proves, known)
		}
	}
	if strings.Contains(proof, sign(t, k)) || len(proof) > 128 {
		t.Errorf("the proof is no hash that fits: %q", proof)
	}
}

func TestNewKeys(t *testing.T) {
	long := bytes.Repeat([]byte("k"), keyBytes)
	for sentence, tc := range map[string]struct {
		data map[string][]byte
		want string // in the error
		good bool   // there is a key that signs
	}{
		"one key":                      {map[string][]byte{"2026": long}, "", true},
		"none":                         {nil, "", false},
		"a short one beside a good":    {map[string][]byte{"2026": long, "2027": []byte("hidden")}, `key "2027": it has 6 bytes`, true},
		"a bad name":                   {map[string][]byte{"a:b": long}, `key "a:b"`, false},
		"a short one alone":            {map[string][]byte{"2027": []byte("hidden")}, `key "2027": it has 6 bytes`, false},
		"a name that is much too long": {map[string][]byte{strings.Repeat("a", 65): long, "2026": long}, `key "aaa`, true},
	} {
		k, err := NewKeys(tc.data)
		if (err == nil) != (tc.want == "") || err != nil && (!strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "hidden")) {
			t.Errorf("%s: %v", sentence, err)
		}
		_, err = k.Sign(link())
		if _, noProof := k.Prove("uid", "bob@zylker.com"); (err == nil) != tc.good || (noProof == nil) != tc.good {
			t.Errorf("%s: sign: %v; prove: %v", sentence, err, noProof)
		}
	}
}

func FuzzVerify(f *testing.F) {
	k := keys(f, "2026")
	good := sign(f, k)
	f.Add(good)
	f.Add(strings.ReplaceAll(good, ".", ".."))
	f.Add("e30.e30.")
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := k.Verify(text); err == nil && text != good {
			t.Errorf("%q is taken, as %+v", text, l)
		}
	})
}
