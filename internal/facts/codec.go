// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/polyorg/polyorg/internal/rules"
)

// A factType is one type of fact as the journal keeps it.
type factType struct {
	// name is before the fact. It never gets another meaning, because replicas of two versions read one journal.
	name string
	of   reflect.Type
	read func(text string) (rules.Fact, error)
	// rewrite removes from a fact the values that the line has before it, or puts them back.
	rewrite func(h *head, f rules.Fact, field field) rules.Fact
}

// field rewrites one field of a fact; own is the value that the head makes likely.
type field func(text, own string) string

// factTypes has every type of fact: its name, and those of its fields that a line states already.
//
// A new type of fact that names a user needs a new Format of the journal. A fact leaves out the user of the one before it (head.user). An
// older version skips a type that it does not know, and would complete the next fact with another user.
var factTypes = []factType{
	typeOf("place", func(h *head, f *rules.Place, own field) { f.Organization = own(f.Organization, h.organization) }),
	typeOf[rules.Acceptance]("accepts", nil), // its line says nothing of the organization that it joins
	typeOf("account", func(h *head, f *rules.Account, own field) { f.Organization = own(f.Organization, h.organization) }),
	typeOf("offer", func(h *head, f *rules.Offer, own field) {
		f.Organization, f.Invitation = own(f.Organization, h.organization), own(f.Invitation, h.uid)
	}),
	typeOf("claim", func(h *head, f *rules.Claim, own field) {
		f.Name, f.Holder = own(f.Name, h.claimed(f.Kind)), own(f.Holder, h.uid)
	}),
	typeOf("reservation", func(h *head, f *rules.Reservation, own field) {
		f.Host, f.Holder = own(f.Host, h.name), own(f.Holder, h.uid)
	}),
	typeOf("binding", func(h *head, f *rules.Binding, own field) { f.Organization = own(f.Organization, h.organization) }),
	typeOf[rules.Policy]("policy", nil),
	typeOf[rules.ReservedNames]("reserved", nil),
	typeOf[rules.Row]("row", nil),
}

// typeOf makes a row of the table.
func typeOf[F rules.Fact](name string, rewrite func(h *head, f *F, own field)) factType {
	return factType{
		name: name,
		of:   reflect.TypeFor[F](),
		read: func(text string) (rules.Fact, error) {
			var f F
			err := json.Unmarshal([]byte(text), &f)
			return f, err
		},
		rewrite: func(h *head, fact rules.Fact, own field) rules.Fact {
			if rewrite == nil {
				return fact
			}
			f := fact.(F)
			rewrite(h, &f, own)
			return f
		},
	}
}

func typeNamed(name string) (factType, bool) {
	i := slices.IndexFunc(factTypes, func(t factType) bool { return t.name == name })
	if i < 0 {
		return factType{}, false
	}
	return factTypes[i], true
}

func typeOfFact(f rules.Fact) factType {
	of := reflect.TypeOf(f)
	i := slices.IndexFunc(factTypes, func(t factType) bool { return t.of == of })
	if i < 0 {
		panic(fmt.Sprintf("facts: %T has no name in the journal", f))
	}
	return factTypes[i]
}

// encode writes facts as the journal keeps them behind a head. Each leaves out the values that the line has before it.
func encode(h head, facts []rules.Fact) []string {
	texts := make([]string, len(facts))
	for i, f := range facts {
		texts[i] = textOf(h.shorten(f))
	}
	return texts
}

// textOf writes one fact, without JSON's escapes for HTML, which turn one byte into six.
func textOf(f rules.Fact) string {
	var text bytes.Buffer
	text.WriteString(typeOfFact(f).name)
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false)
	if err := to.Encode(f); err != nil {
		panic(err) // facts are plain structs of strings and numbers
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// parseFacts reads facts as the journal keeps them behind a head. One that this version does not know has no effect here; it stays in the
// journal, verbatim, for versions that do.
func parseFacts(h head, texts []string) []rules.Fact {
	var facts []rules.Fact
	for _, text := range texts {
		name, _, _ := strings.Cut(text, "{")
		t, known := typeNamed(name)
		if !known {
			continue
		}
		if f, err := t.read(text[len(name):]); err == nil {
			facts = append(facts, h.complete(f))
		}
	}
	return facts
}
