// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	testingclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// alices is alice's organization, as it may be stored under several UIDs, one after the other.
func alices(uid types.UID) *v1alpha1.Organization {
	return &v1alpha1.Organization{
		ObjectMeta: metav1.ObjectMeta{Name: "zylker", UID: uid, ResourceVersion: "3"},
		Spec:       v1alpha1.OrganizationSpec{DisplayName: "Zylker", SuperAdmin: "alice@zylker.com"},
		Status:     v1alpha1.OrganizationStatus{Conditions: []metav1.Condition{{Type: v1alpha1.ConditionGranted, Status: metav1.ConditionTrue}}},
	}
}

// live is an API server that has one Organization.
type live struct {
	client.WithWatch
	org *v1alpha1.Organization
}

func (l live) Get(_ context.Context, _ client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	l.org.DeepCopyInto(obj.(*v1alpha1.Organization))
	return nil
}

// TestAnOrganizationThatWasMadeAgain: U3, between the judgement and the read an organization may end, and another tenant may take its name.
func TestAnOrganizationThatWasMadeAgain(t *testing.T) {
	for sentence, tc := range map[string]struct {
		stored types.UID
		shown  bool
	}{
		"its administrator sees the one that was judged": {"judged", true},
		"and not a later one of its name":                {"later", false},
	} {
		t.Run(sentence+", in a review", func(t *testing.T) {
			v := reviewer(t)
			if err := v.View.Store("Organization").Add(alices("judged")); err != nil {
				t.Fatal(err)
			}
			v.Live = live{org: alices(tc.stored)}
			req := reviewBy(t, "alice@zylker.com", v1alpha1.SelfReviewSpec{Organization: "zylker"})
			answer := v.Handle(t.Context(), req)
			if !answer.Allowed {
				t.Fatalf("refused: %+v", answer.Result)
			}
			if shown := statusOf(t, req, answer).Organization != nil; shown != tc.shown {
				t.Errorf("shown: %t", shown)
			}
		})
		t.Run(sentence+", in a request", func(t *testing.T) {
			v, of := validator(t, false), reviewer(t)
			if err := of.View.Store("Organization").Add(alices("judged")); err != nil {
				t.Fatal(err)
			}
			v.Journal.View, v.Journal.Client, v.Clock = of.View, live{org: alices(tc.stored)}, testingclock.NewFakeClock(time.Unix(0, 0))
			r := &v1alpha1.OrganizationRequest{Spec: v1alpha1.OrganizationRequestSpec{
				Action: v1alpha1.RequestDelete, Organization: "zylker", User: "alice@zylker.com", SubjectUID: "judged",
			}}
			org, err := v.subject(t.Context(), r)
			if err != nil || (org != nil) != tc.shown {
				t.Errorf("judged by %v, %v", org, err)
			}
		})
	}
}
