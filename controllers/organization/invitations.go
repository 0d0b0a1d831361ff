// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/internal/rules"
)

// progress counts the pending invitations, and what became of their e-mails; nil if none is pending. So somebody who invites many people
// sees in one place how far the sending is (I12, I13).
func progress(invitations []v1alpha1.Invitation) *v1alpha1.InvitationsStatus {
	var s v1alpha1.InvitationsStatus
	for n := range invitations {
		i := &invitations[n]
		if i.Status.State != v1alpha1.InvitationPending || i.DeletionTimestamp != nil {
			continue
		}
		s.Pending++
		switch delivered.StageOf(i) {
		case delivered.Sent:
			s.Sent++
		case delivered.Waiting:
			s.Waiting++
		case delivered.Undelivered:
			s.Undelivered++
		}
	}
	if s.Pending == 0 {
		return nil
	}
	return &s
}

// numbersOnly passes events of invitations that change no more than a number in the organization's status, for which nobody waits: an e-mail
// moves on, or the time of an invitation is over. Thousands of them can come in one minute.
var numbersOnly = index.Updates(func(before, after client.Object) bool {
	was, ok1 := before.(*v1alpha1.Invitation)
	is, ok2 := after.(*v1alpha1.Invitation)
	return ok1 && ok2 && (mailMoved(was, is) || expired(was, is))
})

func mailMoved(was, is *v1alpha1.Invitation) bool {
	return was.Status.State == is.Status.State && was.Generation == is.Generation && was.DeletionTimestamp.Equal(is.DeletionTimestamp) &&
		rules.Granted(was) == rules.Granted(is) && rules.Judged(was) == rules.Judged(is)
}

func expired(was, is *v1alpha1.Invitation) bool {
	return was.Status.State != is.Status.State && is.Status.State == v1alpha1.InvitationExpired
}
