// SPDX-License-Identifier: Apache-2.0

package user

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestWait(t *testing.T) {
	made := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	told := []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue}}
	member := func(organization string, conditions ...metav1.Condition) v1alpha1.Membership {
		return v1alpha1.Membership{
			ObjectMeta: metav1.ObjectMeta{Namespace: v1alpha1.NamespacePrefix + organization},
			Status:     v1alpha1.MembershipStatus{Conditions: conditions},
		}
	}
	granted := metav1.Condition{Type: v1alpha1.ConditionGranted, Status: metav1.ConditionTrue}
	refused := metav1.Condition{Type: v1alpha1.ConditionGranted, Status: metav1.ConditionFalse}
	tests := map[string]struct {
		told        []metav1.Condition
		memberships []v1alpha1.Membership
		now         time.Time
		want        time.Duration
	}{
		"somebody new waits for what is about to be judged": {nil, []v1alpha1.Membership{member("zylker", granted), member("other")}, made.Add(time.Minute), patience - time.Minute},
		"and does not wait without end":                     {nil, []v1alpha1.Membership{member("zylker")}, made.Add(patience), 0},
		"nobody waits for what is judged":                   {nil, []v1alpha1.Membership{member("zylker", granted), member("other", refused)}, made, 0},
		"nor for an organization that is not there yet":     {nil, []v1alpha1.Membership{member("absent")}, made, 0},
		"nor for one that goes":                             {nil, []v1alpha1.Membership{member("ending")}, made, 0},
		"a list that is known changes at once":              {told, []v1alpha1.Membership{member("zylker")}, made, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := &person{memberships: test.memberships, known: map[string]*v1alpha1.Organization{
				"zylker": {}, "other": {}, "ending": {ObjectMeta: metav1.ObjectMeta{DeletionTimestamp: &metav1.Time{Time: made}}},
			}}
			u := &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(made)}, Status: v1alpha1.UserStatus{Conditions: test.told}}
			if got := p.wait(u, test.now); got != test.want {
				t.Errorf("waits %v, want %v", got, test.want)
			}
		})
	}
}
