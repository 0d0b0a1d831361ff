// SPDX-License-Identifier: Apache-2.0

package admission

import (
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
	v.Journal.View.Judge(facts.NewOverlay(nil), nil, func(w facts.World) {
		act := rules.Act{Actor: actor, Now: v.Clock.Now(), BaseDomain: v.Journal.View.BaseDomain()}
		texts = v.advise(w, act, before, after)
	})
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
	texts = append(texts, rules.Advice(o, act, concerned(subject), before, after)...)
	if spec, changes := policyOf(before, after); changes {
		texts = append(texts, rules.PolicyAdvice(o, w.People(), w.Organizations(), spec)...)
	}
	return texts
}

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
