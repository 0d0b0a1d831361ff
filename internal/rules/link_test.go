// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// linked is somebody who has shown the link of the e-mail to an address.
func linked(email string) rules.Actor { return rules.Actor{Email: email, ByLink: true} }

// byLink is an answer as the webhook stamps it that has seen a valid token.
func byLink(r response) response {
	return r.having(func(r *v1alpha1.InvitationResponse) { r.Spec.TokenHash = "key:proof" })
}

func TestFollowLink(t *testing.T) {
	deadline := now.AddDate(0, 0, 6)
	there := func(changes ...func(*v1alpha1.Invitation)) *v1alpha1.Invitation {
		i := &v1alpha1.Invitation{ObjectMeta: metav1.ObjectMeta{UID: "uid"}}
		i.Spec.Email, i.Status.State = "eve@example.org", v1alpha1.InvitationPending
		i.Status.Delivery = &v1alpha1.InvitationDeliveryStatus{Sends: 2}
		for _, change := range changes {
			change(i)
		}
		return i
	}
	in := func(state v1alpha1.InvitationState) *v1alpha1.Invitation {
		return there(func(i *v1alpha1.Invitation) { i.Status.State = state })
	}
	link := rules.Link{Invitation: "uid", EmailDigest: rules.EmailDigest("eve@example.org"), Send: 2, ExpiresAt: deadline}
	earlier, another := link, link
	earlier.Send, another.EmailDigest = 1, rules.EmailDigest("bob@example.org")
	for sentence, tc := range map[string]struct {
		link rules.Link
		now  *v1alpha1.Invitation
		at   time.Time
		want string // rule
	}{
		"I7: the link of the latest e-mail is followed":      {link, there(), now, ""},
		"I1: until the last instant":                         {link, there(), deadline.Add(-1), ""},
		"I1: not from the deadline on":                       {link, there(), deadline, "I1"},
		"I1: nor once the operator has written it":           {link, in(v1alpha1.InvitationExpired), now, "I1"},
		"I1: a deleted one has expired too":                  {link, nil, deadline, "I1"},
		"I11: nobody signed it":                              {rules.Link{}, nil, now, "I11"},
		"I11: its invitation is gone":                        {link, nil, now, "I11"},
		"I11: another one has its name":                      {link, there(func(i *v1alpha1.Invitation) { i.UID = "later" }), now, "I11"},
		"I11: it was sent to another address":                {another, there(), now, "I11"},
		"I2: the invitation was accepted":                    {link, in(v1alpha1.InvitationAccepted), now, "I2"},
		"I2: or declined":                                    {link, in(v1alpha1.InvitationDeclined), now, "I2"},
		"I2: which also an earlier link says":                {earlier, in(v1alpha1.InvitationDeclined), now, "I2"},
		"I2: after the deadline, too":                        {link, in(v1alpha1.InvitationAccepted), deadline, "I2"},
		"I10: it is being revoked":                           {link, there(func(i *v1alpha1.Invitation) { i.Spec.Revoked = true }), now, "I10"},
		"I10: it was revoked":                                {link, in(v1alpha1.InvitationRevoked), now, "I10"},
		"I10: a state of a later version is no right":        {link, in("Frozen"), now, "I10"},
		"I9: a later e-mail has replaced it":                 {earlier, there(), now, "I9"},
		"I9: a status without a send has no link that holds": {link, there(func(i *v1alpha1.Invitation) { i.Status.Delivery = nil }), now, "I9"},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := rules.FollowLink(rules.Standing{Link: tc.link, Now: tc.now}, tc.at)
			switch {
			case tc.want == "" && len(got) > 0:
				t.Errorf("refused: %v", got)
			case tc.want != "" && (len(got) != 1 || got[0].Rule != tc.want || !strings.Contains(got[0].Message, "; ")):
				t.Errorf("%v, want one violation of %s that says what to do", got, tc.want)
			}
		})
	}
}

func TestSameInvitation(t *testing.T) {
	link := rules.Link{Namespace: "org-zylker", Name: "eve"}
	for sentence, tc := range map[string]struct {
		named *v1alpha1.InvitationReference
		want  int
	}{
		"I11: the link alone is enough": {nil, 0},
		"I11: it may be named too":      {&v1alpha1.InvitationReference{Namespace: "org-zylker", Name: "eve"}, 0},
		"I11: but no other one":         {&v1alpha1.InvitationReference{Namespace: "org-zylker", Name: "bob"}, 1},
		"I11: nor one elsewhere":        {&v1alpha1.InvitationReference{Namespace: "org-other", Name: "eve"}, 1},
	} {
		if got := rules.SameInvitation(link, tc.named); len(got) != tc.want {
			t.Errorf("%s: %v", sentence, got)
		}
	}
}
