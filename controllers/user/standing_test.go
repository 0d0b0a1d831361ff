// SPDX-License-Identifier: Apache-2.0

package user

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

const alice = "alice@zylker.com"

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// in is a membership of an organization that began that many seconds after noon. granted says whether it was granted its place, or nothing
// while that is undecided.
func in(organization string, seconds int, granted ...metav1.ConditionStatus) v1alpha1.Membership {
	m := v1alpha1.Membership{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: v1alpha1.NamespacePrefix + organization, Name: alice,
			CreationTimestamp: metav1.NewTime(noon.Add(time.Duration(seconds) * time.Second)),
		},
		Spec: v1alpha1.MembershipSpec{User: alice, Role: v1alpha1.RoleStandard},
	}
	for _, g := range granted {
		m.Status.Conditions = append(m.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionGranted, Status: g})
	}
	return m
}

func suspended(m v1alpha1.Membership) v1alpha1.Membership {
	m.Spec.Suspended = true
	return m
}

// TestFirst covers F1 for memberships that come together: the oldest is the first, in whatever order the operator looks at them.
func TestFirst(t *testing.T) {
	const yes, no = metav1.ConditionTrue, metav1.ConditionFalse
	for sentence, tc := range map[string]struct {
		memberships []v1alpha1.Membership
		absent      string // the organization that is not there
		chosen      string
		current     string
		want        string
	}{
		"the oldest is the first": {
			memberships: []v1alpha1.Membership{in("late", 5, yes), in("early", 0, yes)}, want: "early",
		},
		"of two that began in one second, it is the first by name": {
			memberships: []v1alpha1.Membership{in("b", 0, yes), in("a", 0, yes)}, want: "a",
		},
		"an older one whose place is undecided is waited for": {
			memberships: []v1alpha1.Membership{in("early", 0), in("late", 5, yes)},
		},
		"a younger one is not": {
			memberships: []v1alpha1.Membership{in("early", 0, yes), in("late", 5)}, want: "early",
		},
		"nor one that has no place": {
			memberships: []v1alpha1.Membership{in("early", 0, no), in("late", 5, yes)}, want: "late",
		},
		"nor one that is suspended": {
			memberships: []v1alpha1.Membership{suspended(in("early", 0, yes)), in("late", 5, yes)}, want: "late",
		},
		"nor one whose organization is not there yet": {
			memberships: []v1alpha1.Membership{in("early", 0), in("late", 5, yes)}, absent: "early", want: "late",
		},
		"a person who chose does not wait": {
			memberships: []v1alpha1.Membership{in("early", 0), in("late", 5, yes)}, chosen: "late", want: "late",
		},
		"a person with a default keeps it meanwhile": {
			memberships: []v1alpha1.Membership{in("early", 0), in("late", 5, yes)}, current: "late", want: "late",
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			p := newPerson(tc.memberships, nil, nil)
			for _, name := range []string{"early", "late", "a", "b"} {
				if name != tc.absent {
					p.known[name] = &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: name}}
				}
			}
			u := &v1alpha1.User{Spec: v1alpha1.UserSpec{Email: alice, DefaultOrganization: tc.chosen}}
			u.Status.DefaultOrganization = tc.current
			if got, due := p.defaultOf(u); got != tc.want || due {
				t.Errorf("got %q, due %t, want %q", got, due, tc.want)
			}
		})
	}
}
