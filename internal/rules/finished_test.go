// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestDeleteFinishedAt(t *testing.T) {
	ofPerson := invite("eve@example.org", "zylker").invitedBy(john).in(v1alpha1.InvitationDeclined)
	ofGit := invite("eve@example.org", "zylker").in(v1alpha1.InvitationDeclined)
	after := func(i invitation, seconds int32) invitation {
		return i.having(func(i *v1alpha1.Invitation) { i.Spec.TTLSecondsAfterFinished = &seconds })
	}
	for sentence, tc := range map[string]struct {
		invitation invitation
		days       *int32 // of the policy
		want       time.Duration
		ends       bool
	}{
		"I2: it stays":                                    {ofPerson, nil, 0, false},
		"I2: until the time that its spec sets":           {after(ofPerson, 60), nil, time.Minute, true},
		"I2: which may be at once":                        {after(ofGit, 0), nil, 0, true},
		"I2: or the days of the policy":                   {ofPerson, new(int32(30)), 30 * 24 * time.Hour, true},
		"I2: its own time has precedence":                 {after(ofPerson, 60), new(int32(30)), time.Minute, true},
		"I2: the policy leaves those of a pipeline alone": {ofGit, new(int32(30)), 0, false},
		"I2: and those that are pending":                  {after(ofPerson, 60).in(v1alpha1.InvitationPending), new(int32(0)), 0, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			i := tc.invitation.having(func(i *v1alpha1.Invitation) { i.Status.FinishedAt = &metav1.Time{Time: now} }).Invitation
			p := rules.PolicyOf(v1alpha1.PlatformPolicySpec{Invitations: &v1alpha1.InvitationPolicy{TTLDaysAfterFinished: tc.days}})
			at, ends := rules.DeleteFinishedAt(p, i)
			if ends != tc.ends || ends && at.Sub(now) != tc.want {
				t.Errorf("%s, %t; want %s, %t", at.Sub(now), ends, tc.want, tc.ends)
			}
		})
	}
}
