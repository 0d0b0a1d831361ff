// SPDX-License-Identifier: Apache-2.0

package invitationresponse

import (
	"context"
	"errors"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/member"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/identity"
)

// join makes the invitee a member, or finds that they are one. Where it does neither, it says what comes of the answer instead.
func (r *Reconciler) join(ctx context.Context, a *v1alpha1.InvitationResponse) (m *v1alpha1.Membership, instead outcome, err error) {
	m, leaves, err := r.membership(ctx, a)
	switch {
	case err != nil || m != nil:
		return m, outcome{}, err
	case leaves:
		return nil, waiting("Waits until the invitee's former membership is gone"), nil
	}
	m = newMembership(a)
	if err = r.create(ctx, m); isFinal(err) {
		log.FromContext(ctx).Error(err, "The membership was refused")
		return nil, refused, nil
	}
	return m, outcome{}, status.During("create the membership", err)
}

// create makes a membership, by another name where somebody else's has the one that it should have. One of the same person is
// another attempt's, or about to go: what comes of it is seen in a moment.
func (r *Reconciler) create(ctx context.Context, m *v1alpha1.Membership) error {
	taken := r.Client.Create(ctx, m, client.FieldOwner(v1alpha1.FieldOwner))
	if !apierrors.IsAlreadyExists(taken) {
		return taken
	}
	var all v1alpha1.MembershipList
	if err := r.Live.List(ctx, &all, client.InNamespace(m.Namespace)); err != nil {
		return err
	}
	if slices.ContainsFunc(all.Items, func(other v1alpha1.Membership) bool { return other.Spec.User == m.Spec.User }) {
		return taken
	}
	m.Name = member.FreeName(m.Name, all.Items)
	return r.Client.Create(ctx, m, client.FieldOwner(v1alpha1.FieldOwner))
}

func newMembership(a *v1alpha1.InvitationResponse) *v1alpha1.Membership {
	return &v1alpha1.Membership{
		ObjectMeta: metav1.ObjectMeta{Namespace: a.Spec.Invitation.Namespace, Name: identity.ObjectName(a.Spec.Invitee)},
		Spec: v1alpha1.MembershipSpec{
			User: a.Spec.Invitee, Role: a.Spec.Role, UserType: a.Spec.UserType, Origin: v1alpha1.OriginInvited,
		},
	}
}

// membership is the one that the invitee has in the organization, if any. Leaves: they have one that is being deleted.
func (r *Reconciler) membership(ctx context.Context, a *v1alpha1.InvitationResponse) (m *v1alpha1.Membership, leaves bool, err error) {
	var all v1alpha1.MembershipList
	err = r.Live.List(ctx, &all, client.InNamespace(a.Spec.Invitation.Namespace),
		client.MatchingFields{"spec.user": a.Spec.Invitee})
	for i := range all.Items {
		if all.Items[i].DeletionTimestamp == nil {
			return &all.Items[i], false, nil
		}
	}
	return nil, len(all.Items) > 0, err
}

// isFinal tells a refusal by the rules, which names its causes, from what passes: contention, an API server out of reach, a
// namespace on its way out, a quota, RBAC that is not there yet.
func isFinal(err error) bool {
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) || !apierrors.IsForbidden(err) && !apierrors.IsInvalid(err) {
		return false
	}
	var refusal apierrors.APIStatus
	return errors.As(err, &refusal) && refusal.Status().Details != nil && len(refusal.Status().Details.Causes) > 0
}

// refused is the outcome of an acceptance whose membership admission refuses. Its place was taken when the answer was
// admitted, so this is somebody else's webhook or policy; the invitation stays pending (I8). What it said is in the log: it may be
// anything, and can tell of the organization what an invitee, who is no member, is not told (U3).
var refused = failed(v1alpha1.ReasonInvalid, "The organization cannot take new members now; ask who invited you; the invitation stays pending (I8)")
