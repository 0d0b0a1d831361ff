// SPDX-License-Identifier: Apache-2.0

package invitationresponse

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/act"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// carryOut carries out the invitee's decision, from the step at which an earlier attempt stopped.
func (r *Reconciler) carryOut(ctx context.Context, a *v1alpha1.InvitationResponse, now time.Time) (act.Outcome, error) {
	if a.Spec.Invitation == nil {
		return act.Failed(v1alpha1.ReasonInvitationNotFound, "The answer names no invitation"), nil
	}
	if a.Spec.Decision == v1alpha1.DecisionAccept {
		lives, err := r.organizationLives(ctx, a)
		if err != nil || !lives {
			return act.Orphaned, err
		}
	}
	i, err := r.invitation(ctx, a)
	switch {
	case err != nil:
		return act.Outcome{}, err
	case i == nil:
		return r.withoutInvitation(ctx, a)
	case i.Spec.Email != a.Spec.Invitee:
		return act.Failed(v1alpha1.ReasonNotInvitee, "Only the invitee answers an invitation (I7)"), nil
	}
	return r.finish(ctx, a, i, now)
}

func (r *Reconciler) organizationLives(ctx context.Context, a *v1alpha1.InvitationResponse) (bool, error) {
	var org v1alpha1.Organization
	name := facts.OrganizationOf(a.Spec.Invitation.Namespace)
	err := r.Live.Get(ctx, client.ObjectKey{Name: name}, &org)
	return err == nil && !rules.Ending(&org), client.IgnoreNotFound(err)
}

// invitation is the invitation that is answered; nil when it is gone. A later one of the same name does not count.
func (r *Reconciler) invitation(ctx context.Context, a *v1alpha1.InvitationResponse) (*v1alpha1.Invitation, error) {
	var i v1alpha1.Invitation
	key := client.ObjectKey{Namespace: a.Spec.Invitation.Namespace, Name: a.Spec.Invitation.Name}
	err := r.Live.Get(ctx, key, &i)
	if apierrors.IsNotFound(err) || (err == nil && i.UID != a.Spec.InvitationUID) {
		return nil, nil
	}
	return &i, err
}

// withoutInvitation concludes an answer whose invitation is gone. Once it is accepted its organization may delete it, even before the
// answer is concluded.
func (r *Reconciler) withoutInvitation(ctx context.Context, a *v1alpha1.InvitationResponse) (act.Outcome, error) {
	if a.Spec.Decision == v1alpha1.DecisionAccept {
		f, err := r.find(ctx, a)
		if err != nil || f.membership != nil {
			return accepted, err
		}
	}
	return act.Failed(v1alpha1.ReasonInvitationNotFound, "The invitation is gone"), nil
}

var (
	accepted = act.Done(v1alpha1.ReasonAccepted, "The invitee is a member")
	declined = act.Done(v1alpha1.ReasonDeclined, "The invitation is declined")
)

// finish writes the one final state of a pending invitation (I2).
func (r *Reconciler) finish(ctx context.Context, a *v1alpha1.InvitationResponse, i *v1alpha1.Invitation, now time.Time) (act.Outcome, error) {
	accepts := a.Spec.Decision == v1alpha1.DecisionAccept
	switch i.Status.State {
	case "", v1alpha1.InvitationPending:
	case v1alpha1.InvitationAccepted, v1alpha1.InvitationDeclined:
		return already(i, accepts), nil // an earlier attempt of this answer wrote it, for there is one answer only
	default:
		return act.Failed(v1alpha1.ReasonInvitationFinished, "The invitation had ended before the answer came: "+string(i.Status.State)), nil
	}
	if accepts && !rules.Granted(i) {
		return withoutPlace(i), nil
	}
	before := i.DeepCopy()
	at := metav1.NewTime(now.Truncate(time.Second))
	i.Status.State, i.Status.RespondedAt = v1alpha1.InvitationDeclined, &at
	result := declined
	if accepts {
		m, instead, err := r.join(ctx, a, i)
		switch {
		case err != nil || m == nil:
			return instead, err
		case !rules.Judged(m):
			return act.Waiting("Waits for the membership to take over the invitation's seat"), nil
		}
		i.Status.State, i.Status.Membership = v1alpha1.InvitationAccepted, m.Name
		result = accepted
	}
	_, err := status.Write(ctx, r.Client, before, i)
	return result, err
}

// withoutPlace is the outcome of accepting an invitation that was not given the right to it. One beyond a limit stays pending (I8);
// declining it is always possible, and makes room.
func withoutPlace(i *v1alpha1.Invitation) act.Outcome {
	if !rules.Judged(i) {
		return act.Waiting("Waits for the invitation to be set up")
	}
	return act.Failed(v1alpha1.ReasonOverLimit, "The invitation is beyond a limit and cannot be accepted, but stays pending; ask the person who invited you [I8]")
}

// already is the outcome of an answer whose invitation an answer has finished.
func already(i *v1alpha1.Invitation, accepts bool) act.Outcome {
	switch {
	case accepts && i.Status.State == v1alpha1.InvitationAccepted:
		return accepted
	case !accepts && i.Status.State == v1alpha1.InvitationDeclined:
		return declined
	}
	return act.Failed(v1alpha1.ReasonInvitationFinished, "The invitation had been answered before")
}
