// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"errors"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	testingclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// requests is an API server that has some OrganizationRequests.
type requests struct {
	client.WithWatch
	all []v1alpha1.OrganizationRequest
}

func (r requests) Get(_ context.Context, _ client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	r.all[0].DeepCopyInto(obj.(*v1alpha1.OrganizationRequest))
	return nil
}

func (r requests) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	list.(*v1alpha1.OrganizationRequestList).Items = r.all
	return nil
}

// TestARequestHasItsHour: R9, what the operator writes for a request counts as its author's for an hour, and until it is done.
func TestARequestHasItsHour(t *testing.T) {
	created := time.Unix(1_000_000, 0)
	asked := func(done bool, author string) v1alpha1.OrganizationRequest {
		r := v1alpha1.OrganizationRequest{
			ObjectMeta: metav1.ObjectMeta{Name: "request-1", CreationTimestamp: metav1.NewTime(created)},
			Spec:       v1alpha1.OrganizationRequestSpec{Action: v1alpha1.RequestDelete, Organization: "zylker", User: author, SubjectUID: "judged"},
		}
		if done {
			r.Status.CompletedAt = &metav1.Time{Time: created}
		}
		return r
	}
	for sentence, tc := range map[string]struct {
		done   bool
		now    time.Time
		author string // "": nobody
		again  bool   // the leader tries again
	}{
		"within its hour":       {false, created.Add(59 * time.Minute), "alice@zylker.com", false},
		"not after it":          {false, created.Add(time.Hour), "", true},
		"nor after it is done":  {true, created.Add(time.Minute), "", false},
		"for days, if not done": {false, created.Add(72 * time.Hour), "", true},
	} {
		t.Run(sentence, func(t *testing.T) {
			v := validator(t, false)
			v.Clock = testingclock.NewFakeClock(tc.now)
			v.Journal.Client = requests{all: []v1alpha1.OrganizationRequest{asked(tc.done, "alice@zylker.com")}}
			changing, err := v.authorOf(t.Context(), "request-1")
			if changing.actor.Email != tc.author || errors.Is(err, errLapsed) != tc.again {
				t.Errorf("a change is judged as %+v, %v", changing, err)
			}
			ending, err := v.whoEnd(t.Context(), alices("judged"))
			if len(ending) != 1 || ending[0].actor.Email != tc.author || errors.Is(err, errLapsed) != tc.again {
				t.Errorf("a deletion is judged as %+v, %v", ending, err)
			}
		})
	}
	v := validator(t, false)
	v.Clock = testingclock.NewFakeClock(created.Add(time.Hour))
	young := asked(false, "bob@zylker.com")
	young.CreationTimestamp = metav1.NewTime(created.Add(time.Minute))
	v.Journal.Client = requests{all: []v1alpha1.OrganizationRequest{asked(false, "alice@zylker.com"), young}}
	if ending, err := v.whoEnd(t.Context(), alices("judged")); err != nil || len(ending) != 1 || ending[0].actor.Email != "bob@zylker.com" {
		t.Errorf("beside a lapsed request, an open one is judged as %+v, %v", ending, err)
	}
}
