// SPDX-License-Identifier: Apache-2.0

// Package delivery hands the e-mails of invitations to the mail server (I4, I12). The controller of invitations begins each message in the
// Invitation's status; this one sends it, and stores what the server said. Nothing else waits for the mail server.
package delivery

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/tally"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/token"
)

// Mailer hands messages to the mail server, one at a time. It calls write when the turn of a message has come. Its error is a *mail.Failure,
// or that of write.
type Mailer interface {
	Send(ctx context.Context, write func(context.Context) (mail.Message, error)) error
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
	// Recipients says who wants no e-mail.
	Recipients *recipients.Store
	// Domain is the sender's, for Message-IDs.
	Domain string
	// PageURL is where the links lead to.
	PageURL string
	Clock   clock.PassiveClock

	turns   *turns
	unsaved unsaved
	queue   tally.Tally
}

// outcome is what a look at an invitation led to.
type outcome struct {
	// again is the time until it is looked at again; 0 if its message is not to be sent any more.
	again time.Duration
	// held: its organization is suspended. So it does not count among those that wait for the mail server.
	held bool
}

// Reconcile sends the message of one invitation if one is due, and stores the result. What the cache shows is looked at again live: a cache
// that is behind would send a message twice.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	o, err := r.reconcile(ctx, req.NamespacedName)
	waits := err != nil || o.again > 0
	r.queue.Note(waiting, req.String(), waits && !o.held)
	if !waits {
		r.turns.forget(req.NamespacedName)
		r.unsaved.forget(req.NamespacedName)
	}
	return ctrl.Result{RequeueAfter: o.again}, err
}

func (r *Reconciler) reconcile(ctx context.Context, name types.NamespacedName) (outcome, error) {
	i, o, err := r.due(ctx, r.Client, name)
	if i != nil {
		i, o, err = r.due(ctx, r.Live, name)
	}
	if i == nil || err != nil {
		return o, err
	}
	if failure, known := r.unsaved.of(i); known {
		return r.store(ctx, i, failure)
	}
	_, instead, err := r.look(ctx, i, r.suspension, r.turn)
	switch {
	case err != nil:
		return outcome{}, err
	case instead != nil:
		return *instead, nil
	}
	return r.attempt(ctx, name)
}

// due reads an invitation whose message is due. It returns none if that is not so.
func (r *Reconciler) due(ctx context.Context, from client.Reader, name types.NamespacedName) (*v1alpha1.Invitation, outcome, error) {
	var i v1alpha1.Invitation
	if err := from.Get(ctx, name, &i); err != nil {
		return nil, outcome{}, client.IgnoreNotFound(err)
	}
	left, due := untilDue(&i, r.Clock.Now())
	if !due || left > 0 {
		return nil, outcome{again: left}, nil
	}
	return &i, outcome{}, nil
}

// untilDue is the time until the message of an invitation is to be sent. Due is false if none is.
func untilDue(i *v1alpha1.Invitation, now time.Time) (left time.Duration, due bool) {
	d := i.Status.Delivery
	switch {
	case over(i) || !delivered.Due(d):
		return 0, false
	case !now.Before(i.Status.ExpiresAt.Time):
		return 0, false
	case d.NextAttemptAt != nil:
		return max(0, d.NextAttemptAt.Sub(now)), true
	}
	return 0, true
}

// over reports whether an invitation has ended, or is about to. Its message is not sent any more.
func over(i *v1alpha1.Invitation) bool {
	return i.DeletionTimestamp != nil || i.Spec.Revoked || i.Status.State != v1alpha1.InvitationPending
}
