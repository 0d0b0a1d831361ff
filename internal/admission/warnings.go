// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// warnings go with the answer to an admitted change, also of a dry run. A warning is advice: it rests on this replica's view, not on the
// journal. So no request waits for one, and none is judged differently because of it.
func (v *Validator) warnings(actor rules.Actor, before, after client.Object) (texts []string) {
	if !isWanted(before, after) {
		return nil
	}
	v.look(func(w facts.World) {
		act := rules.Act{Actor: actor, Now: v.Clock.Now(), BaseDomain: v.Journal.View.BaseDomain(), PortalName: v.PortalName, Mail: v.Mail}
		texts = v.advise(w, act, before, after)
	})
	if spec, changes := policyOf(before, after); changes {
		texts = append(texts, v.advisePolicy(spec)...)
	}
	return texts
}

// advise finds the warnings in the world of one instant.
func (v *Validator) advise(w facts.World, act rules.Act, before, after client.Object) (texts []string) {
	o, subject := rules.Best(w), after
	if after == nil {
		subject = before
	} else {
		texts = rules.Warnings(o, act, concerned(after), v.facts(after))
	}
	return append(texts, rules.Advice(o, act, concerned(subject), before, after)...)
}

// atOnce is the number of people who are counted before others may use the view.
const atOnce = 500

// advisePolicy counts the people and organizations over the limits of a policy. There may be very many, and a look at the view stops its
// watches. So it takes many short looks.
func (v *Validator) advisePolicy(spec v1alpha1.PlatformPolicySpec) []string {
	var names, organizations []string
	v.look(func(w facts.World) {
		names, organizations = slices.Collect(w.People()), slices.Collect(w.Organizations())
	})
	var over, full int
	for some := range slices.Chunk(names, atOnce) {
		v.look(func(w facts.World) { over += rules.PeopleOver(rules.Best(w), spec, some) })
	}
	for some := range slices.Chunk(organizations, atOnce) {
		v.look(func(w facts.World) { full += rules.OrganizationsOver(rules.Best(w), spec, some) })
	}
	return rules.PolicyAdvice(over, full)
}

// look is one look at what this replica has seen.
func (v *Validator) look(f func(facts.World)) { v.Journal.View.Judge(facts.NewOverlay(nil), nil, f) }

// policyOf is the spec of the PlatformPolicy after a change of it. Without one, the rulebook's own numbers are in force.
func policyOf(before, after client.Object) (spec v1alpha1.PlatformPolicySpec, changes bool) {
	if p, ok := after.(*v1alpha1.PlatformPolicy); ok {
		return p.Spec, true
	}
	_, changes = before.(*v1alpha1.PlatformPolicy)
	return spec, changes
}

// isWanted reports whether a change is one that people make: a creation, another spec, or a deletion.
func isWanted(before, after client.Object) bool {
	return before == nil || after == nil || before.GetGeneration() != after.GetGeneration()
}

// concerned is the organization to which an object belongs, or which it is; empty for an object of none.
func concerned(obj client.Object) string {
	if org, ok := obj.(*v1alpha1.Organization); ok {
		return org.Name
	}
	return facts.OrganizationOf(obj.GetNamespace())
}
