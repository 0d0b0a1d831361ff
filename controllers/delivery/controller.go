// SPDX-License-Identifier: Apache-2.0

// Package delivery hands the e-mails of invitations to the mail server (I4, I12). The controller of invitations begins each message in the
// Invitation's status; this one sends it, and stores what the server said. Nothing else waits for the mail server.
package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/tally"
	"github.com/polyorg/polyorg/controllers/internal/world"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/rules"
	"github.com/polyorg/polyorg/internal/token"
)

// Mailer hands one message to the mail server. Its error is a *mail.Failure.
type Mailer interface {
	Send(ctx context.Context, m mail.Message) error
}

// Reconciler sends the message that an invitation waits for.
type Reconciler struct {
	Client client.Client
	// Live reads and writes past the cache.
	Live   client.Client
	Mailer Mailer
	// Brand is how e-mails look at this moment.
	Brand  func() *brand.Brand
	Tokens *token.Store
	// Domain is the sender's, for Message-IDs.
	Domain string
	// PageURL is where the links lead to.
	PageURL string
	Clock   clock.PassiveClock

	pace  *pace
	queue tally.Tally
}

// Reconcile sends the message of one invitation if one is due, and stores the result. What the cache shows is looked at again live: a cache
// that is behind would send a message twice.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	result, err := r.reconcile(ctx, req)
	r.queue.Note(waiting, req.String(), err != nil || result.RequeueAfter > 0)
	return result, err
}

func (r *Reconciler) reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	for _, from := range []client.Reader{r.Client, r.Live} {
		var i v1alpha1.Invitation
		if err := from.Get(ctx, req.NamespacedName, &i); err != nil {
			return ctrl.Result{}, client.IgnoreNotFound(err)
		}
		now := r.Clock.Now()
		switch left, due := untilDue(&i, now); {
		case !due || left > 0:
			return ctrl.Result{RequeueAfter: left}, nil
		case from == r.Live:
			return r.deliver(ctx, &i, now)
		}
	}
	return ctrl.Result{}, nil
}

// untilDue is the time until the message of an invitation is to be sent. Due is false if none is.
func untilDue(i *v1alpha1.Invitation, now time.Time) (left time.Duration, due bool) {
	d := i.Status.Delivery
	switch {
	case i.DeletionTimestamp != nil || i.Spec.Revoked || i.Status.State != v1alpha1.InvitationPending || !delivered.Due(d):
		return 0, false
	case !now.Before(i.Status.ExpiresAt.Time):
		return 0, false
	case d.NextAttemptAt != nil:
		return max(0, d.NextAttemptAt.Sub(now)), true
	}
	return 0, true
}

// deliver sends the message of an invitation, unless it has to wait for its turn.
func (r *Reconciler) deliver(ctx context.Context, i *v1alpha1.Invitation, now time.Time) (ctrl.Result, error) {
	wait, err := r.wait(ctx, i, now)
	if wait > 0 || err != nil {
		return ctrl.Result{RequeueAfter: wait}, err
	}
	return r.attempt(ctx, i)
}

// patience is the longest wait that nobody needs to be told of.
const patience = time.Second

// wait is the time until the turn of a message that has not had one. The status says so, and a later leader keeps to it.
func (r *Reconciler) wait(ctx context.Context, i *v1alpha1.Invitation, now time.Time) (time.Duration, error) {
	if d := i.Status.Delivery; d.Attempts > 0 || d.NextAttemptAt != nil {
		return 0, nil
	}
	policy, err := world.Policy(ctx, r.Client)
	if err != nil {
		return 0, err
	}
	left := r.pace.turn(policy, i, now)
	if left <= patience {
		return 0, nil
	}
	turn := metav1.NewTime(now.Add(left))
	err = r.change(ctx, i, now, func(d *v1alpha1.InvitationDeliveryStatus, _ time.Time) { d.NextAttemptAt = &turn })
	return left, err
}

// attempt sends the message that is due.
func (r *Reconciler) attempt(ctx context.Context, i *v1alpha1.Invitation) (ctrl.Result, error) {
	m, err := r.compose(ctx, i)
	if err != nil {
		return ctrl.Result{}, err
	}
	failure, err := asFailure(r.Mailer.Send(ctx, m))
	if err != nil {
		return ctrl.Result{}, err
	}
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
	err = r.change(ctx, sent, now, func(d *v1alpha1.InvitationDeliveryStatus, deadline time.Time) {
		note(d, failure, deadline, now)
		if d.NextAttemptAt != nil {
			result.RequeueAfter = d.NextAttemptAt.Sub(now)
		}
	})
	return result, err
}

// change changes the delivery in the status of an invitation. A message that has left is no reason to send it again, so after a lost race the
// invitation is read anew. A re-send that began meanwhile has a status of its own.
func (r *Reconciler) change(ctx context.Context, i *v1alpha1.Invitation, now time.Time, change func(d *v1alpha1.InvitationDeliveryStatus, deadline time.Time)) error {
	uid, begun := i.UID, rules.Begun(i)
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		if i.UID != uid || rules.Begun(i) != begun {
			return nil
		}
		change(i.Status.Delivery, i.Status.ExpiresAt.Time)
		delivered.Say(status.Of(&i.Status.Conditions, i.Generation, now), i.Status.Delivery)
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
	d.LastError = failure.Error()
	if next := now.Add(pause(d.Attempts)); !failure.Permanent && next.Before(deadline) {
		d.NextAttemptAt = &metav1.Time{Time: next}
	}
}

const (
	// firstPause is the pause after the first attempt. A mail server that lists new senders grey takes a message after about a minute.
	firstPause = 15 * time.Second
	// longestPause is what the pauses grow to, each being twice the one before.
	longestPause = time.Hour
)

// pause is the time between one attempt and the next.
func pause(attempts int32) time.Duration {
	return min(longestPause, firstPause<<min(attempts-1, 16))
}
