// SPDX-License-Identifier: Apache-2.0

package invitationresponse

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/act"
	"github.com/polyorg/polyorg/controllers/internal/status"
)

// join makes the invitee a member, or finds that they are one. Where it does neither, it returns the outcome of the answer instead.
func (r *Reconciler) join(ctx context.Context, a *v1alpha1.InvitationResponse, i *v1alpha1.Invitation) (m *v1alpha1.Membership, instead act.Outcome, err error) {
	found, err := r.find(ctx, a)
	switch {
	case err != nil || found.membership != nil:
		return found.membership, act.Outcome{}, err
	case found.leaves:
		return nil, act.Waiting("Waits until the invitee's former membership is gone"), nil
	}
	m = newMembership(a, i, found.free)
	err = r.Client.Create(ctx, m, client.FieldOwner(v1alpha1.FieldOwner))
	switch {
	case isMember(err):
		log.FromContext(ctx).Info("Admission knows of a membership that is not seen here yet; the answer is tried again")
		return nil, act.Outcome{}, fmt.Errorf("%w: %w", status.ErrBehind, err)
	case act.IsFinal(err):
		log.FromContext(ctx).Error(err, "The membership was refused")
		return nil, refused, nil
	}
	return m, act.Outcome{}, status.During("create the membership", err)
}

// newMembership has the record of its invitation in annotations: they need no second write.
func newMembership(a *v1alpha1.InvitationResponse, i *v1alpha1.Invitation, name string) *v1alpha1.Membership {
	record := map[string]string{
		v1alpha1.InvitationAnnotation: i.Name, v1alpha1.AcceptedAtAnnotation: i.Status.RespondedAt.UTC().Format(time.RFC3339),
	}
	if i.Status.InvitedBy != "" {
		record[v1alpha1.InvitedByAnnotation] = i.Status.InvitedBy
	}
	return &v1alpha1.Membership{
		ObjectMeta: metav1.ObjectMeta{Namespace: a.Spec.Invitation.Namespace, Name: name, Annotations: record},
		Spec: v1alpha1.MembershipSpec{
			User: a.Spec.Invitee, Role: a.Spec.Role, UserType: a.Spec.UserType, Origin: v1alpha1.OriginInvited,
		},
	}
}

// isMember reports whether admission refused a membership because the person has one (L6). The journal knows of it before the cache does,
// and the cache shows its name in a moment.
func isMember(err error) bool {
	return apierrors.HasStatusCause(err, "L6")
}

// refused is the outcome of an acceptance whose membership admission refuses. Its place was taken when the answer was admitted, so the
// refusal comes from another webhook or policy. The invitation stays pending (I8). The text of the refusal is only in the log: an invitee
// is no member, and it may reveal something of the organization (U3).
var refused = act.Failed(v1alpha1.ReasonInvalid, "The organization cannot take new members now, and the invitation stays pending; ask the person who invited you [I8]")
