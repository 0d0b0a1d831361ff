// SPDX-License-Identifier: Apache-2.0

// Package delivery hands the e-mails of invitations to the mail server (I4, I12). The controller of invitations begins each message in the
// Invitation's status; this one sends it, and stores what the server said. Nothing else waits for the mail server.
package delivery

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/tally"
	"github.com/polyorg/polyorg/controllers/internal/world"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/brand"
	"github.com/polyorg/polyorg/internal/recipients"
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

// Reconcile sends the message of one invitation if one is due, and stores the result. What the cache shows is looked at again live: a cache
// that is behind would send a message twice.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	result, err := r.reconcile(ctx, req)
	waits := err != nil || result.RequeueAfter > 0
	r.queue.Note(waiting, req.String(), waits)
	if !waits {
		r.turns.forget(req.NamespacedName)
		r.unsaved.forget(req.NamespacedName)
	}
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

// deliver sends the message of an invitation once it has its turn, unless something speaks against it.
func (r *Reconciler) deliver(ctx context.Context, i *v1alpha1.Invitation, now time.Time) (ctrl.Result, error) {
	if failure, known := r.unsaved.of(i); known {
		return r.store(ctx, i, failure)
	}
	var org v1alpha1.Organization
	if err := r.Client.Get(ctx, client.ObjectKey{Name: facts.OrganizationOf(i.Namespace)}, &org); err != nil {
		return ctrl.Result{}, fmt.Errorf("read the organization that invites: %w", err)
	}
	for _, obstacle := range []obstacle{r.suspension, r.turn, r.wish} {
		if left, err := obstacle(ctx, &org, i, now); left != 0 || err != nil {
			return ctrl.Result{RequeueAfter: max(0, left)}, err
		}
	}
	return r.attempt(ctx, &org, i)
}

// obstacle is what may speak against sending a message now. It returns the time until it is looked at again: 0 if nothing speaks against it,
// never if it is not sent any more.
type obstacle func(ctx context.Context, org *v1alpha1.Organization, i *v1alpha1.Invitation, now time.Time) (time.Duration, error)

const (
	never = time.Duration(-1)
	// suspensionLook is the time between looks at a suspended organization. Its resumption is no event of the invitation.
	suspensionLook = time.Minute
	// patience is the longest wait that nobody needs to be told of.
	patience = time.Second
)

// suspension keeps the messages of a suspended organization back (E3).
func (r *Reconciler) suspension(ctx context.Context, org *v1alpha1.Organization, _ *v1alpha1.Invitation, now time.Time) (time.Duration, error) {
	w := world.New("")
	if err := world.AddPolicy(ctx, w, r.Client); err != nil {
		return 0, err
	}
	world.Add(w, *org)
	if world.Stated[rules.Account](w)[0].Suspended(w.Outlook().Policy(), now) { // an organization always states its account
		return suspensionLook, nil
	}
	return 0, nil
}

// turn keeps a message back until its turn (I13). The status says so.
func (r *Reconciler) turn(ctx context.Context, _ *v1alpha1.Organization, i *v1alpha1.Invitation, now time.Time) (time.Duration, error) {
	policy, err := world.Policy(ctx, r.Client)
	if err != nil {
		return 0, err
	}
	left := r.turns.until(policy, i, now)
	if left <= patience {
		return left, nil
	}
	at := metav1.NewTime(now.Add(left))
	return left, r.change(ctx, i, now, func(i *v1alpha1.Invitation, say status.Conditions) {
		i.Status.Delivery.NextAttemptAt = &at
		delivered.Say(say, i.Status.Delivery)
	})
}

// wish keeps a message back from a recipient who asked for no more e-mail since it was begun (I12). It counts as not begun then.
func (r *Reconciler) wish(ctx context.Context, org *v1alpha1.Organization, i *v1alpha1.Invitation, now time.Time) (time.Duration, error) {
	known, err := r.Recipients.Known(ctx, recipients.Of(org.Name, i.Spec.Email))
	if err != nil || !rules.WantsNoMail(i, known.MutedSince()) {
		return 0, err
	}
	return never, r.change(ctx, i, now, func(i *v1alpha1.Invitation, say status.Conditions) {
		withdraw(&i.Status)
		delivered.SayMuted(say)
	})
}

// withdraw takes the latest message back.
func withdraw(s *v1alpha1.InvitationStatus) {
	s.Delivery = &v1alpha1.InvitationDeliveryStatus{Sends: s.Delivery.Sends - 1}
	if s.Delivery.Sends == 0 {
		s.Delivery = nil
	}
}
