// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/polyorg/polyorg/internal/rules"
)

// codec names each type of fact in the journal. A name is never used again for another meaning: replicas of two versions
// read one journal.
//
// A new type of fact that names a user needs a new Format of the journal. A fact leaves out the user of the one before it (head.user),
// and an older version, which skips what it does not know, would complete the facts behind it with another user.
var codec = map[string]func(string) (rules.Fact, error){
	"place":    decode[rules.Place],
	"accepts":  decode[rules.Acceptance],
	"account":  decode[rules.Account],
	"offer":    decode[rules.Offer],
	"claim":    decode[rules.Claim],
	"binding":  decode[rules.Binding],
	"policy":   decode[rules.Policy],
	"reserved": decode[rules.ReservedNames],
	"row":      decode[rules.Row],
}

func decode[F rules.Fact](text string) (rules.Fact, error) {
	var f F
	err := json.Unmarshal([]byte(text), &f)
	return f, err
}

func nameOf(f rules.Fact) string {
	switch f.(type) {
	case rules.Place:
		return "place"
	case rules.Acceptance:
		return "accepts"
	case rules.Account:
		return "account"
	case rules.Offer:
		return "offer"
	case rules.Claim:
		return "claim"
	case rules.Binding:
		return "binding"
	case rules.Policy:
		return "policy"
	case rules.ReservedNames:
		return "reserved"
	case rules.Row:
		return "row"
	}
	panic(fmt.Sprintf("facts: %T has no name in the journal", f))
}

// encode writes facts as the journal keeps them behind a head. Each leaves out what the line says before it.
func encode(h head, facts []rules.Fact) []string {
	texts := make([]string, len(facts))
	for i, f := range facts {
		texts[i] = textOf(h.shorten(f))
	}
	return texts
}

// textOf writes one fact: without the escapes that JSON has for HTML, which make six bytes of one.
func textOf(f rules.Fact) string {
	var text bytes.Buffer
	text.WriteString(nameOf(f))
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false)
	if err := to.Encode(f); err != nil {
		panic(err) // facts are plain structs of strings and numbers
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// parseFacts reads facts as the journal keeps them behind a head. One that this version does not know has no effect here; it stays
// in the journal, verbatim, for those who do.
func parseFacts(h head, texts []string) []rules.Fact {
	var facts []rules.Fact
	for _, text := range texts {
		name, _, _ := strings.Cut(text, "{")
		read, known := codec[name]
		if !known {
			continue
		}
		if f, err := read(text[len(name):]); err == nil {
			facts = append(facts, h.complete(f))
		}
	}
	return facts
}
