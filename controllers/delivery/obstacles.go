// SPDX-License-Identifier: Apache-2.0

package delivery

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/controllers/internal/world"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/rules"
)

// obstacle is what may speak against sending a message now. It returns what comes of it instead; nil if nothing speaks against it.
type obstacle func(ctx context.Context, org *v1alpha1.Organization, i *v1alpha1.Invitation, now time.Time) (*outcome, error)

const (
	// suspensionLook is the time between looks at a suspended organization. Its resumption is no event of the invitation.
	suspensionLook = time.Minute
	// patience is the longest wait that nobody needs to be told of.
	patience = time.Second
)

// look looks for the first obstacle to sending a message. It also returns the organization that invites.
func (r *Reconciler) look(ctx context.Context, i *v1alpha1.Invitation, obstacles ...obstacle) (*v1alpha1.Organization, *outcome, error) {
	var org v1alpha1.Organization
	if err := r.Client.Get(ctx, client.ObjectKey{Name: facts.OrganizationOf(i.Namespace)}, &org); err != nil {
		return nil, nil, fmt.Errorf("read the organization that invites: %w", err)
	}
	for _, obstacle := range obstacles {
		if instead, err := obstacle(ctx, &org, i, r.Clock.Now()); instead != nil || err != nil {
			return nil, instead, err
		}
	}
	return &org, nil, nil
}

// suspension keeps the messages of a suspended organization back (E3, E8). The status says so.
func (r *Reconciler) suspension(ctx context.Context, org *v1alpha1.Organization, i *v1alpha1.Invitation, now time.Time) (*outcome, error) {
	w := world.New("")
	if err := world.AddPolicy(ctx, w, r.Client); err != nil {
		return nil, err
	}
	world.Add(w, *org)
	if !world.Stated[rules.Account](w)[0].Suspended(w.Outlook().Policy(), now) { // an organization always states its account
		return nil, nil
	}
	held := &outcome{again: suspensionLook, held: true}
	if c := meta.FindStatusCondition(i.Status.Conditions, v1alpha1.ConditionDelivered); c != nil && c.Reason == v1alpha1.ReasonOrganizationSuspended {
		return held, nil
	}
	return held, r.change(ctx, i, now, func(_ *v1alpha1.Invitation, say status.Conditions) { delivered.SayHeld(say) })
}

// turn keeps a message back until its turn (I13). The status says so.
func (r *Reconciler) turn(ctx context.Context, _ *v1alpha1.Organization, i *v1alpha1.Invitation, now time.Time) (*outcome, error) {
	policy, err := world.Policy(ctx, r.Client)
	if err != nil {
		return nil, err
	}
	left := r.turns.until(policy, i, now)
	switch {
	case left == 0:
		return nil, nil
	case left <= patience:
		return &outcome{again: left}, nil
	}
	at := metav1.NewTime(now.Add(left))
	return &outcome{again: left}, r.change(ctx, i, now, func(i *v1alpha1.Invitation, say status.Conditions) {
		i.Status.Delivery.NextAttemptAt = &at
		delivered.Say(say, i.Status.Delivery)
	})
}

// wish keeps a message back from a recipient who asked for no more e-mail since it was begun (I12). The message is withdrawn then: its number
// is used up, and its link is not valid. The link that was sent before it is.
func (r *Reconciler) wish(ctx context.Context, org *v1alpha1.Organization, i *v1alpha1.Invitation, now time.Time) (*outcome, error) {
	known, err := r.Recipients.Known(ctx, recipients.Of(org.Name, i.Spec.Email))
	if err != nil || !rules.WantsNoMail(i, known.MutedSince()) {
		return nil, err
	}
	return &outcome{}, r.change(ctx, i, now, func(i *v1alpha1.Invitation, say status.Conditions) {
		rules.Withdraw(i.Status.Delivery)
		delivered.Say(say, i.Status.Delivery)
	})
}
