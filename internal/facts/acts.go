// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"cmp"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// actShown is an act of a person, as their review shows it.
type actShown struct {
	by  string
	act v1alpha1.ReviewedRequest
}

// acts finds the acts of a person. No fact does, because an act that is done states none.
type acts map[string]map[types.UID]*object

func (a acts) add(o *object) {
	shown, is := o.shown.(actShown)
	if !is || shown.by == "" {
		return
	}
	if a[shown.by] == nil {
		a[shown.by] = map[types.UID]*object{}
	}
	a[shown.by][o.uid] = o
}

func (a acts) remove(o *object) {
	shown, is := o.shown.(actShown)
	if !is {
		return
	}
	delete(a[shown.by], o.uid)
	if len(a[shown.by]) == 0 {
		delete(a, shown.by)
	}
}

// of are the acts of a person, by kind and name.
func (a acts) of(person string) []v1alpha1.ReviewedRequest {
	var list []v1alpha1.ReviewedRequest
	for o := range maps.Values(a[person]) {
		list = append(list, o.shown.(actShown).act)
	}
	slices.SortFunc(list, func(a, b v1alpha1.ReviewedRequest) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return list
}

func requestShown(r *v1alpha1.OrganizationRequest) actShown {
	return actShown{r.Spec.User, outcome(v1alpha1.ReviewedRequest{
		Kind: "OrganizationRequest", Name: r.Name, Action: string(r.Spec.Action), Organization: r.Spec.Organization,
	}, r.Status.Conditions, r.Status.CompletedAt)}
}

func responseShown(r *v1alpha1.InvitationResponse) actShown {
	act := v1alpha1.ReviewedRequest{Kind: "InvitationResponse", Name: r.Name, Action: string(r.Spec.Decision)}
	if r.Spec.Invitation != nil {
		act.Organization = OrganizationOf(r.Spec.Invitation.Namespace)
	}
	return actShown{r.Spec.Invitee, outcome(act, r.Status.Conditions, r.Status.CompletedAt)}
}

// outcome adds to an act what became of it.
func outcome(act v1alpha1.ReviewedRequest, conditions []metav1.Condition, completed *metav1.Time) v1alpha1.ReviewedRequest {
	act.CompletedAt = completed
	if ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady); ready != nil {
		act.Ready, act.Reason, act.Message = ready.Status, ready.Reason, ready.Message
	}
	return act
}
