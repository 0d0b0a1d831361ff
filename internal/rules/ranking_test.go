// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// ranked is a membership made at a second, with or without a place.
func ranked(uid string, second int64, granted bool) v1alpha1.Membership {
	m := v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{UID: types.UID(uid), CreationTimestamp: metav1.Unix(second, 0)}}
	if granted {
		m.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionGranted, Status: metav1.ConditionTrue}}
	}
	return m
}

func leaving(m v1alpha1.Membership) v1alpha1.Membership {
	m.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)}
	return m
}

func TestMayGrant(t *testing.T) {
	for sentence, tc := range map[string]struct {
		own    v1alpha1.Membership
		others []v1alpha1.Membership
		want   bool
	}{
		"a first membership has a place":                 {ranked("a", 1, false), nil, true},
		"the oldest get the places":                      {ranked("b", 2, false), []v1alpha1.Membership{ranked("a", 1, false), ranked("c", 3, false)}, true},
		"the youngest is the surplus":                    {ranked("c", 3, false), []v1alpha1.Membership{ranked("a", 1, false), ranked("b", 2, false)}, false},
		"of two made in one second the smaller UID wins": {ranked("b", 2, false), []v1alpha1.Membership{ranked("a", 2, false), ranked("c", 2, false)}, true},
		"and the larger loses":                           {ranked("c", 2, false), []v1alpha1.Membership{ranked("a", 2, false), ranked("b", 2, false)}, false},
		"a place once given goes before age (L9)":        {ranked("a", 1, false), []v1alpha1.Membership{ranked("b", 2, true), ranked("c", 3, true)}, false},
		"a place once given is kept beyond the limit":    {ranked("d", 4, true), []v1alpha1.Membership{ranked("a", 1, true), ranked("b", 2, true)}, true},
		"who is leaving takes no place":                  {ranked("c", 3, false), []v1alpha1.Membership{leaving(ranked("a", 1, true)), ranked("b", 2, true)}, true},
	} {
		t.Run(sentence, func(t *testing.T) {
			policy := Policy{OrganizationsPerUser: 2}
			if got := MayGrant(policy, &tc.own, append(tc.others, tc.own)); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestActive(t *testing.T) {
	granted := ranked("a", 1, true)
	suspended := ranked("a", 1, true)
	suspended.Spec.Suspended = true
	leaves, none := leaving(granted), ranked("a", 1, false)
	for sentence, tc := range map[string]struct {
		m    *v1alpha1.Membership
		want bool
	}{
		"a membership with a place gives power": {&granted, true},
		"not while it is suspended":             {&suspended, false},
		"not on its way out":                    {&leaves, false},
		"not without a place":                   {&none, false},
	} {
		if got := Active(tc.m); got != tc.want {
			t.Errorf("%s: got %v", sentence, got)
		}
	}
}

func TestOutranks(t *testing.T) {
	org := func(uid string, second int64, hosts ...string) *v1alpha1.Organization {
		return &v1alpha1.Organization{
			ObjectMeta: metav1.ObjectMeta{UID: types.UID(uid), CreationTimestamp: metav1.Unix(second, 0)},
			Status:     v1alpha1.OrganizationStatus{Hosts: hosts},
		}
	}
	for sentence, tc := range map[string]struct {
		a, b *v1alpha1.Organization
		want bool
	}{
		"the older goes first":                {org("b", 1), org("a", 2), true},
		"who serves the host keeps it":        {org("a", 1), org("b", 2, "h"), false},
		"the older of two that serve":         {org("a", 1, "h"), org("b", 2, "h"), true},
		"of two made in one second one wins":  {org("a", 1), org("b", 1), true},
		"and the other loses":                 {org("b", 1), org("a", 1), false},
		"serving another host gives no claim": {org("b", 2, "other"), org("a", 1), false},
	} {
		if got := Outranks(tc.a, tc.b, "h"); got != tc.want {
			t.Errorf("%s: got %v", sentence, got)
		}
	}
}
