// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/rules"
)

// attempt sends the message that is due.
func (r *Reconciler) attempt(ctx context.Context, org *v1alpha1.Organization, i *v1alpha1.Invitation) (ctrl.Result, error) {
	m, err := r.compose(ctx, org, i)
	if err != nil {
		return ctrl.Result{}, err
	}
	failure, err := asFailure(r.Mailer.Send(ctx, m))
	if err != nil {
		return ctrl.Result{}, err
	}
	r.turns.forget(client.ObjectKeyFromObject(i))
	r.unsaved.note(i, failure)
	count(failure, i, r.Clock.Now())
	if failure != nil {
		log.FromContext(ctx).Info("The mail server did not take an e-mail", "error", failure.Error(), "permanent", failure.Permanent)
	}
	return r.store(ctx, i, failure)
}

// asFailure is what the mail server, or the way to it, said. Any other error is of the operator itself.
func asFailure(err error) (*mail.Failure, error) {
	if failure, is := errors.AsType[*mail.Failure](err); is {
		return failure, nil
	}
	return nil, err
}

// store writes the result of an attempt.
func (r *Reconciler) store(ctx context.Context, sent *v1alpha1.Invitation, failure *mail.Failure) (result ctrl.Result, err error) {
	now := r.Clock.Now()
	err = r.change(ctx, sent, now, func(i *v1alpha1.Invitation, say status.Conditions) {
		d := i.Status.Delivery
		note(d, failure, i.Status.ExpiresAt.Time, now)
		delivered.Say(say, d)
		if d.NextAttemptAt != nil {
			result.RequeueAfter = d.NextAttemptAt.Sub(now)
		}
	})
	if err == nil {
		r.unsaved.forget(client.ObjectKeyFromObject(sent))
	}
	return result, err
}

// change changes the status of an invitation. A message that has left is no reason to send it again, so after a lost race the invitation is
// read anew. A re-send that began meanwhile has a status of its own.
func (r *Reconciler) change(ctx context.Context, i *v1alpha1.Invitation, now time.Time, change func(i *v1alpha1.Invitation, say status.Conditions)) error {
	uid, begun := i.UID, rules.Begun(i)
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		if i.UID != uid || rules.Begun(i) != begun {
			return nil
		}
		change(i, status.Of(&i.Status.Conditions, i.Generation, now))
		err := r.Live.Status().Update(ctx, i)
		if apierrors.IsConflict(err) {
			i, err = r.again(ctx, i, err)
		}
		return client.IgnoreNotFound(err)
	})
	if err != nil {
		return fmt.Errorf("store what became of an e-mail: %w", err)
	}
	return nil
}

// again reads an invitation anew after a lost race.
func (r *Reconciler) again(ctx context.Context, i *v1alpha1.Invitation, lost error) (*v1alpha1.Invitation, error) {
	var now v1alpha1.Invitation
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(i), &now); err != nil {
		return i, err
	}
	return &now, lost
}

// note notes the result of an attempt, and when the next one is.
func note(d *v1alpha1.InvitationDeliveryStatus, failure *mail.Failure, deadline, now time.Time) {
	d.Attempts++
	d.LastError, d.NextAttemptAt = "", nil
	if failure == nil {
		d.LastSentAt = &metav1.Time{Time: now}
		return
	}
	d.LastError = failure.ForTenants()
	next := now.Add(pause(d.Attempts))
	if !failure.Permanent && (!failure.Uncertain || d.Attempts < mostUncertain) && next.Before(deadline) {
		d.NextAttemptAt = &metav1.Time{Time: next}
	}
}

const (
	// firstPause is the pause after the first attempt. A mail server that lists new senders grey takes a message after about a minute.
	firstPause = 15 * time.Second
	// longestPause is what the pauses grow to, each being twice the one before.
	longestPause = time.Hour
	// mostUncertain is the attempt after which a message is not sent again that the mail server may have. A recipient should not get many copies
	// of it.
	mostUncertain = 3
)

// pause is the time between one attempt and the next.
func pause(attempts int32) time.Duration {
	return min(longestPause, firstPause<<min(attempts-1, 16))
}
