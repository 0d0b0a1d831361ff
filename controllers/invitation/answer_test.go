// SPDX-License-Identifier: Apache-2.0

package invitation

import (
	"context"
	"errors"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

const (
	operatorNamespace = "polyorg-system"
	// invited is the invitation whose answers are looked for.
	invited types.UID = "invited"
	// fence is what the journal wants a view to have seen of answers.
	fence = "1000"
)

// scene is what is known of the answers to one invitation.
type scene struct {
	viewed, live *v1alpha1.InvitationResponse
	reached      string    // by the view
	coming       bool      // the journal lists an answer
	journal      types.UID // that the journal names as its own
	lists        int       // of answers, live
}

// reconciler sees the scene. Its cache has seen no answer.
func (s *scene) reconciler(t *testing.T) *Reconciler {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), corev1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	view := facts.NewView("crm.example.com")
	for _, kind := range facts.Kinds() {
		var all []any
		if kind == "InvitationResponse" && s.viewed != nil {
			all = append(all, s.viewed)
		}
		if err := view.Store(kind).Replace(all, s.reached); err != nil {
			t.Fatal(err)
		}
	}
	byUID := func(obj client.Object) []string {
		return []string{string(obj.(*v1alpha1.InvitationResponse).Spec.InvitationUID)}
	}
	cache := fake.NewClientBuilder().WithScheme(scheme).WithIndex(&v1alpha1.InvitationResponse{}, index.Answers, byUID).Build()
	live := fake.NewClientBuilder().WithScheme(scheme).WithIndex(&v1alpha1.InvitationResponse{}, "spec.invitationUID", byUID).
		WithObjects(s.stored()...).WithInterceptorFuncs(interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			s.lists++
			return c.List(ctx, list, opts...)
		},
	}).Build()
	return &Reconciler{Client: cache, Live: live, Namespace: operatorNamespace, View: view, Clock: clocktesting.NewFakePassiveClock(time.Unix(1000, 0))}
}

// stored are the objects that the API server has.
func (s *scene) stored() []client.Object {
	var entries string
	if s.coming {
		claim := rules.Claim{Kind: rules.ClaimAnswer, Name: string(invited), Holder: "answer"}
		entries = facts.NewEntry(facts.Entry{
			Kind: "InvitationResponse", Name: "answer", UID: "answer", Operation: facts.Create, Facts: []rules.Fact{claim},
		}).Text + "\n"
	}
	all := []client.Object{&corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: operatorNamespace, Name: journal.Name, UID: "journal"},
		Data:       map[string]string{"format": "2", "uid": string(s.journal), "fences": "InvitationResponse " + fence + "\n", "entries": entries},
	}}
	if s.live != nil {
		all = append(all, s.live)
	}
	return all
}

func TestAnswersAreSeenBeforeAnInvitationEnds(t *testing.T) {
	answer := func(conditions ...metav1.Condition) *v1alpha1.InvitationResponse {
		return &v1alpha1.InvitationResponse{
			ObjectMeta: metav1.ObjectMeta{Name: "answer", UID: "answer", ResourceVersion: "900"},
			Spec:       v1alpha1.InvitationResponseSpec{InvitationUID: invited, Decision: v1alpha1.DecisionDecline},
			Status:     v1alpha1.InvitationResponseStatus{Conditions: conditions},
		}
	}
	stalled := metav1.Condition{Type: v1alpha1.ConditionStalled, Status: metav1.ConditionTrue}
	for sentence, tc := range map[string]struct {
		scene
		want      progress
		wantLists int
	}{
		"there is none":                                   {scene{reached: fence, journal: "journal"}, none, 0},
		"one is in the journal":                           {scene{reached: fence, journal: "journal", coming: true}, coming, 0},
		"the view has seen one":                           {scene{reached: fence, journal: "journal", viewed: answer()}, here, 0},
		"one could not be carried out":                    {scene{reached: fence, journal: "journal", viewed: answer(stalled)}, none, 0},
		"the view is behind the journal":                  {scene{reached: "999", journal: "journal", live: answer()}, here, 1},
		"the view is behind, and one was not carried out": {scene{reached: "999", journal: "journal", live: answer(stalled)}, none, 1},
		"the journal was made anew":                       {scene{reached: fence, live: answer()}, here, 1},
		"the journal is a copy":                           {scene{reached: fence, journal: "other", live: answer()}, here, 1},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := tc.reconciler(t)
			i := &v1alpha1.Invitation{ObjectMeta: metav1.ObjectMeta{UID: invited}}
			got, err := r.answer(t.Context(), i, r.Clock.Now())
			if err != nil || got != tc.want || tc.lists != tc.wantLists {
				t.Errorf("got %v, %v with %d live lists; want %v with %d", got, err, tc.lists, tc.want, tc.wantLists)
			}
		})
	}
}
