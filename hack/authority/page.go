// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/polyorg/polyorg/hack/markdown"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/test/authority"
)

const head = `# Who may do what

` + "`make docs`" + ` generates this page from the table that ` + "`test/authority`" + ` runs. The rules alone judge each cell. Then a real API
server answers each cell, with two replicas of the operator and the roles that are shipped. [Authority](../concepts/authority.md)
explains the two gates, RBAC and admission, and platform actors.

| In a cell | |
|---|---|
| ✓ | allowed |
| R4 | refused by admission, by that rule |
| (R4) | refused by RBAC already. If you give them the right, for example by an editor role, admission refuses by that rule |
| (✓) | refused by RBAC alone: no rule is about reading, about status, or about this act by them |
| – | does not apply: they have no object for it |

## The actors

People act on the organization in which they have the role of the column.

`

const actorsFoot = `
Kubernetes' own controllers delete nothing in an organization that lives. A platform actor can tie an object to an owner by an
owner reference. The object goes with that owner only if the garbage collector is a platform actor too. If you want that, bind
` + "`polyorg-platform-admin`" + ` to ` + "`system:serviceaccount:kube-system:generic-garbage-collector`" + `.
`

// render writes the page.
func render(doors []door) (string, error) {
	var b strings.Builder
	b.WriteString(head)
	markdown.Table(&b, []string{"Column", "Who"}, func(row func(...string)) {
		for _, c := range authority.Classes {
			row(c.Short, c.Long)
		}
	})
	b.WriteString(actorsFoot)
	for _, part := range authority.Table {
		fmt.Fprintf(&b, "\n## %s\n\n", part.Kind)
		if err := acts(&b, part.Acts); err != nil {
			return "", err
		}
	}
	renderDoors(&b, doors)
	cited, err := authority.Cited()
	if err != nil {
		return "", err
	}
	renderRules(&b, cited)
	return b.String(), nil
}

func acts(b *strings.Builder, of []authority.Act) error {
	heads := []string{"Act"}
	for _, c := range authority.Classes {
		heads = append(heads, c.Short)
	}
	var failed error
	markdown.Table(b, heads, func(row func(...string)) {
		for _, act := range of {
			cells, err := act.Row()
			if err != nil {
				failed = err
			}
			words := []string{act.Text}
			for _, c := range cells {
				words = append(words, word(c))
			}
			row(words...)
		}
	})
	return failed
}

func word(c authority.Cell) string {
	switch {
	case !c.Applies:
		return "–"
	case c.Rule == "" && c.Door:
		return "✓"
	case c.Rule == "":
		return "(✓)"
	case c.Door:
		return c.Rule
	}
	return "(" + c.Rule + ")"
}

func renderDoors(b *strings.Builder, doors []door) {
	b.WriteString("\n## The rights that each role gives\n\n" +
		"The operator binds `polyorg-organization-admin` to the super admin and the Administrators, and `polyorg-organization-member` to\n" +
		"the Standard members, in the organization's namespace, while they are active (R7). The super admin and the Administrators also get\n" +
		"a role `polyorg:organization:<name>`, unless `access.ownOrganization` is None in the operator's configuration. By it they read,\n" +
		"change and delete their own Organization.\n\nNobody has the other roles until you bind them. `polyorg-self-service` is for the group of all your\n" +
		"users. `polyorg-platform-admin` is for the account that applies your Git repository. For each kind, `polyorg-<kind>-viewer` is to\n" +
		"read it, and `polyorg-<kind>-editor` to write it too, one object at a time.\n\n")
	kinds := map[string]bool{}
	for _, d := range doors {
		for kind := range d.kinds {
			kinds[kind] = true
		}
	}
	heads := []string{"Resource"}
	for _, d := range doors {
		heads = append(heads, "`"+d.role+"`")
	}
	markdown.Table(b, heads, func(row func(...string)) {
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			words := []string{kind}
			for _, d := range doors {
				words = append(words, d.kinds[kind])
			}
			row(words...)
		}
	})
}

func renderRules(b *strings.Builder, cited map[string]bool) {
	b.WriteString("\n## The rules that refuse\n\n[Rules](rules.md) says more of each, with a sample that it refuses.\n\n")
	markdown.Table(b, []string{"Rule", "In a few words"}, func(row func(...string)) {
		for _, r := range rules.Rulebook() {
			if cited[r.ID] {
				row(r.ID, r.Title)
			}
		}
	})
}
