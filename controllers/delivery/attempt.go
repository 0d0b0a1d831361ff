// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/rules"
)

// errNotNow says that a message that was due is not any more.
var errNotNow = errors.New("the message is not to be sent now")

// storing bounds the time to store a result. The operator waits longer than that, and for a message that is on its way, before it ends.
const storing = 10 * time.Second

// attempt is one attempt to send a message.
type attempt struct {
	*Reconciler
	name types.NamespacedName
	// invitation is the one whose message was written.
	invitation *v1alpha1.Invitation
	// instead is what came of it if there was none to write.
	instead outcome
}

// attempt sends the message that is due.
func (r *Reconciler) attempt(ctx context.Context, name types.NamespacedName) (outcome, error) {
	a := &attempt{Reconciler: r, name: name}
	failure, err := asFailure(r.Mailer.Send(ctx, a.write))
	switch {
	case errors.Is(err, errNotNow):
		return a.instead, nil
	case err != nil:
		return outcome{}, err
	case ctx.Err() != nil && failure != nil && !failure.Uncertain:
		return outcome{}, ctx.Err() // the operator stops: nothing has left, and the next leader sends it
	}
	return a.note(ctx, failure)
}

// write writes the message. It is called when the connection to the mail server is free. What was looked at before that may have changed: such
// a wait can take minutes.
func (a *attempt) write(ctx context.Context) (m mail.Message, err error) {
	i, o, err := a.due(ctx, a.Live, a.name)
	if err != nil {
		return m, err
	}
	if i == nil {
		a.instead = o
		return m, errNotNow
	}
	org, instead, err := a.look(ctx, i, a.suspension, a.turn, a.wish)
	switch {
	case err != nil:
		return m, err
	case instead != nil:
		a.instead = *instead
		return m, errNotNow
	}
	a.invitation = i
	return a.compose(ctx, org, i)
}

// note notes what the mail server said of the message.
func (a *attempt) note(ctx context.Context, failure *mail.Failure) (outcome, error) {
	i, now := a.invitation, a.Clock.Now()
	a.turns.forget(a.name)
	a.turns.heard(i, failure, now)
	a.unsaved.note(i, failure)
	count(failure, i, now)
	if failure != nil {
		log.FromContext(ctx).Info("The mail server did not take an e-mail", "error", failure.Error(), "permanent", failure.Permanent)
	}
	return a.store(ctx, i, failure)
}

// asFailure is what the mail server, or the way to it, said. Any other error is of the operator itself.
func asFailure(err error) (*mail.Failure, error) {
	if failure, is := errors.AsType[*mail.Failure](err); is {
		return failure, nil
	}
	return nil, err
}

// store writes the result of an attempt, also if the operator is about to stop: otherwise the next leader sends the message again.
func (r *Reconciler) store(ctx context.Context, sent *v1alpha1.Invitation, failure *mail.Failure) (o outcome, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storing)
	defer cancel()
	now := r.Clock.Now()
	err = r.change(ctx, sent, now, func(i *v1alpha1.Invitation, say status.Conditions) {
		o = outcome{} // after a lost race, it may be another one
		d := i.Status.Delivery
		note(d, failure, i.Status.ExpiresAt.Time, now)
		if failure != nil && over(i) {
			d.NextAttemptAt = nil
			delivered.SayOver(say)
			return
		}
		delivered.Say(say, d)
		if d.NextAttemptAt != nil {
			o.again = d.NextAttemptAt.Sub(now)
		}
	})
	if err == nil {
		r.unsaved.forget(client.ObjectKeyFromObject(sent))
	}
	return o, err
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
	if failure.Uncertain {
		d.UncertainAttempts++
	}
	if next := now.Add(pause(d.Attempts)); !final(failure, d) && next.Before(deadline) {
		d.NextAttemptAt = &metav1.Time{Time: next}
	}
}

// final reports whether a message is not sent again after a failure that is noted.
func final(failure *mail.Failure, d *v1alpha1.InvitationDeliveryStatus) bool {
	return failure.Permanent || failure.Uncertain && d.UncertainAttempts >= mostUncertain
}

const (
	// firstPause is the pause after the first attempt. A mail server that lists new senders grey takes a message after about a minute.
	firstPause = 15 * time.Second
	// longestPause is what the pauses grow to, each being twice the one before.
	longestPause = time.Hour
	// mostUncertain is the number of attempts that left open whether the mail server has the message. After them, it is not sent again. A
	// recipient should not get many copies of it.
	mostUncertain = 3
)

// pause is the time between one attempt and the next.
func pause(attempts int32) time.Duration {
	return min(longestPause, firstPause<<min(attempts-1, 16))
}
