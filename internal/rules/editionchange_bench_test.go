// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// large is the number of members of the organization whose edition changes.
const large = 10_000

// populace is a view of organizations and their members.
type populace struct {
	organizations, memberships []any
}

func (p *populace) add(o organization, from, members int) {
	p.organizations = append(p.organizations, o.Organization)
	for i := range members {
		m := member(fmt.Sprintf("user-%d@example.org", from+i), o.Name).Membership
		m.UID = types.UID(fmt.Sprintf("%08x-0000-4000-8000-%012x", len(p.organizations), len(p.memberships)))
		p.memberships = append(p.memberships, m)
	}
}

func (p *populace) view(b *testing.B) *facts.View {
	b.Helper()
	v := facts.NewView(baseDomain)
	for _, kind := range facts.Kinds() {
		objects := map[string][]any{"Organization": p.organizations, "Membership": p.memberships}[kind]
		if err := v.Store(kind).Replace(objects, "1"); err != nil {
			b.Fatal(err)
		}
	}
	return v
}

// crowdOf is the large organization. Every member is in three others too; none of those is on a limited edition.
func crowdOf(b *testing.B) (*populace, organization) {
	b.Helper()
	p, own := &populace{}, org("own", alice).on(v1alpha1.EditionEnterprise, 2*large)
	p.add(own, 0, large)
	for n := range 3 * large / 100 {
		p.add(org(fmt.Sprint("else-", n), alice).on(v1alpha1.EditionEnterprise, 200), n*100%large, 100)
	}
	return p, own
}

func others(p *populace, n, members, from int) {
	for i := range n {
		p.add(org(fmt.Sprint("one-", i), carol).on(v1alpha1.EditionZohoOne, 2*large), from+i*members, members)
	}
}

// A change of edition costs as much as the smaller side has people: the organization itself, or the others on the edition (E7). By a
// walk over all members it costs the same wherever they are.
func BenchmarkEditionChange(b *testing.B) {
	for _, scene := range []struct {
		name   string
		others func(*populace)
		want   int // conflicts
	}{
		{"nobody else is on it", func(*populace) {}, 0},
		{"100 members are in another", func(p *populace) { others(p, 1, 100, 0) }, 100},
		{"all members are in others", func(p *populace) { others(p, 100, 100, 0) }, large},
		{"2,000 others, of other people", func(p *populace) { others(p, 2000, 10, large) }, 0},
	} {
		b.Run(scene.name, func(b *testing.B) {
			p, own := crowdOf(b)
			scene.others(p)
			measure(b, p.view(b), own, scene.want)
		})
	}
	b.Run("ten members, beside 10,000 and 2,000 others", func(b *testing.B) {
		p, own := &populace{}, org("own", alice).on(v1alpha1.EditionEnterprise, 20)
		p.add(own, 0, 10)
		others(p, 1, large, 0)
		others(p, 2000, 10, large)
		measure(b, p.view(b), own, 10)
	})
}

// measure judges the change both ways.
func measure(b *testing.B, v *facts.View, own organization, want int) {
	b.Helper()
	was, is := said(own), said(own.on(v1alpha1.EditionZohoOne, 2*large))
	each := func(name string, judge func(rules.Outlook) bool) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v.Judge(facts.NewOverlay(nil), &facts.Entry{UID: own.UID}, func(w facts.World) {
					if !judge(rules.Worst(w)) {
						b.Fatal("not as many conflicts as there are")
					}
				})
			}
		})
	}
	each("judged", func(o rules.Outlook) bool {
		text := rules.Limits(o, rules.Act{}, was, is).String()
		if want == 0 {
			return text == ""
		}
		return strings.HasPrefix(text, rules.Number(want, "member", "members"))
	})
	each("by a walk", func(o rules.Outlook) bool { return rules.ConflictsByWalk(o, was, is) == want })
}
