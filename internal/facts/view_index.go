// SPDX-License-Identifier: Apache-2.0

package facts

import "github.com/polyorg/polyorg/internal/rules"

// index finds the statements under a key, by their kind and then their object's name. Adding or removing an object needs no search, however
// many objects its keys find.
type index map[string]map[string][]listing

// listing is one fact of one object, under one of its keys.
type listing struct {
	object    *object
	fact, key uint16 // which of the object's facts, and which of that fact's keys
}

// statement is a fact of an object, with where the index lists it under each of its keys.
type statement struct {
	fact rules.Fact
	at   [maxKeys]int32
}

// maxKeys is the most keys that any fact has.
const maxKeys = 3

func (x index) under(key rules.Key) []listing { return x[key.Kind][key.Name] }

func (s listing) stated() rules.Fact { return s.object.stated[s.fact].fact }

func (x index) add(o *object) {
	for i := range o.stated {
		for k, key := range o.stated[i].fact.Keys() {
			list := x.under(key)
			x.put(key, int32(len(list)), append(list, listing{o, uint16(i), uint16(k)}))
		}
	}
}

func (x index) remove(o *object) {
	for i := range o.stated {
		for k, key := range o.stated[i].fact.Keys() {
			list, gap := x.under(key), o.stated[i].at[k]
			last := len(list) - 1
			list[gap], list[last] = list[last], listing{}
			x.put(key, gap, list[:last])
		}
	}
}

// put stores the list of a key, with a new listing at i, unless i is its end.
func (x index) put(key rules.Key, i int32, list []listing) {
	if len(list) == 0 {
		delete(x[key.Kind], key.Name)
		return
	}
	if int(i) < len(list) {
		list[i].object.stated[list[i].fact].at[list[i].key] = i
	}
	if x[key.Kind] == nil {
		x[key.Kind] = map[string][]listing{}
	}
	x[key.Kind][key.Name] = list
}
