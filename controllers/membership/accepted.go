// SPDX-License-Identifier: Apache-2.0

package membership

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
)

// accepted is the record of the invitation from which a membership came; nil if it came from none. Only the operator, and a platform actor who
// restores a backup, makes such a membership, so its annotations are true when it is new.
func accepted(m *v1alpha1.Membership) *v1alpha1.AcceptedInvitation {
	at, err := time.Parse(time.RFC3339, m.Annotations[v1alpha1.AcceptedAtAnnotation])
	name := m.Annotations[v1alpha1.InvitationAnnotation]
	if m.Spec.Origin != v1alpha1.OriginInvited || err != nil || name == "" || len(name) > 253 {
		return nil
	}
	a := &v1alpha1.AcceptedInvitation{Name: name, AcceptedAt: metav1.NewTime(at.Truncate(time.Second))}
	if by := m.Annotations[v1alpha1.InvitedByAnnotation]; identity.IsEmail(by) {
		a.InvitedBy = by
	}
	return a
}
