// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

// chunk is the most people that one binding names, so that no object grows without bound.
const chunk = 500

// shares are the people in each binding of one role. A binding is known by its number, from 0.
type shares map[int][]string

// share spreads people, each once, over bindings of at most chunk. Everybody stays in their binding, and a new person takes the first free
// place. So a change of one person changes one binding, in an organization of any size. Nobody moves to fill a gap. There are never more
// bindings than the most people have ever needed, and an empty one is deleted.
func share(have shares, people []string) shares {
	homeless := map[string]bool{}
	for _, p := range people {
		homeless[p] = true
	}
	want := shares{}
	for _, n := range slices.Sorted(maps.Keys(have)) {
		for _, p := range have[n] {
			if homeless[p] && len(want[n]) < chunk {
				want.add(n, p)
				delete(homeless, p)
			}
		}
	}
	n := 0
	for _, p := range slices.Sorted(maps.Keys(homeless)) {
		for len(want[n]) == chunk {
			n++
		}
		want.add(n, p)
	}
	for _, people := range want {
		slices.Sort(people)
	}
	return want
}

func (s shares) add(n int, person string) { s[n] = append(s[n], person) }

// sharesOf are the shares of a role in some bindings.
func sharesOf(role string, bindings []rbacv1.RoleBinding) shares {
	have := shares{}
	for i := range bindings {
		n, ok := numberOf(role, bindings[i].Name)
		if !ok {
			continue
		}
		for _, s := range bindings[i].Subjects {
			have.add(n, s.Name)
		}
	}
	return have
}

func nameOf(role string, n int) string { return role + "-" + strconv.Itoa(n) }

// numberOf reads what nameOf wrote.
func numberOf(role, name string) (n int, ok bool) {
	text, found := strings.CutPrefix(name, role+"-")
	n, err := strconv.Atoi(text)
	return n, found && err == nil && n >= 0 && nameOf(role, n) == name
}
