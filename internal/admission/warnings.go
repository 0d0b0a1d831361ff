// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// warnings go with the answer to an admitted change. A warning is advice: it rests on this replica's view, not on the journal. So no
// request waits for one, and none is judged differently because of it.
func (v *Validator) warnings(actor rules.Actor, before, after client.Object) (texts []string) {
	if !isWanted(before, after) {
		return nil
	}
	v.Journal.View.Judge(facts.NewOverlay(nil), nil, func(w facts.World) {
		act := rules.Act{Actor: actor, Now: v.Clock.Now(), BaseDomain: v.Journal.View.BaseDomain()}
		texts = rules.Warnings(rules.Best(w), act, concerned(after), v.facts(after))
	})
	return texts
}

// isWanted reports whether a change is one that people make: a creation, or another spec.
func isWanted(before, after client.Object) bool {
	return after != nil && (before == nil || before.GetGeneration() != after.GetGeneration())
}

// concerned is the organization to which an object belongs, or which it is; empty for an object of none.
func concerned(obj client.Object) string {
	if org, ok := obj.(*v1alpha1.Organization); ok {
		return org.Name
	}
	return facts.OrganizationOf(obj.GetNamespace())
}
