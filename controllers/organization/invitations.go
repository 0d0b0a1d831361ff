// SPDX-License-Identifier: Apache-2.0

package organization

import (
	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
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
