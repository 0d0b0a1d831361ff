// SPDX-License-Identifier: Apache-2.0

package invitation

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/rules"
)

// lookAgain is the time between looks at an invitation whose e-mail is kept back. What ends that is no event: time passes, or the recipient
// takes their wish back.
const lookAgain = time.Hour

// beginSend begins the message that is due for an invitation which can be answered. The status says so before anything is sent: then the
// links of earlier messages are invalid, and a leader that ends in between has not lost it (I9). The controller of deliveries sends it. It
// returns the time after which to look again; 0 if nothing is kept back.
func (r *Reconciler) beginSend(ctx context.Context, org *v1alpha1.Organization, i *v1alpha1.Invitation, say status.Conditions, policy rules.Policy, now time.Time) (time.Duration, error) {
	if next, _ := rules.NextSend(policy, i, 0, false); next == rules.NothingToSend {
		delivered.Say(say, i.Status.Delivery)
		return 0, nil
	}
	elsewhere, muted, err := r.recipient(ctx, org, i, policy, now)
	if err != nil {
		return 0, err
	}
	switch next, requested := rules.NextSend(policy, i, elsewhere, muted); next {
	case rules.Send:
		i.Status.Delivery = rules.Begin(i, requested)
		delivered.Say(say, i.Status.Delivery)
		return 0, nil
	case rules.TooMany:
		delivered.SayTooMany(say, policy)
	case rules.Muted:
		delivered.SayMuted(say)
	}
	return lookAgain, nil
}

// recipient finds how many messages the organization has sent to the address for other invitations, and whether its owner wants no more.
func (r *Reconciler) recipient(ctx context.Context, org *v1alpha1.Organization, i *v1alpha1.Invitation, policy rules.Policy, now time.Time) (elsewhere int32, muted bool, err error) {
	living, there, err := r.sentElsewhere(ctx, i, policy, now)
	if err != nil {
		return 0, false, err
	}
	known, err := r.Recipients.Known(ctx, recipients.Of(org.Name, i.Spec.Email))
	return living + known.Messages(there, now), rules.WantsNoMail(i, known.MutedSince()), err
}

// sentElsewhere counts the messages that the organization has sent to the same address for its other invitations, within the time that an
// invitation is valid (I13). It also returns all of them that are there: the cache may show one that is gone.
func (r *Reconciler) sentElsewhere(ctx context.Context, i *v1alpha1.Invitation, policy rules.Policy, now time.Time) (sum int32, there sets.Set[types.UID], err error) {
	var all v1alpha1.InvitationList
	of := client.MatchingFields{index.User: identity.ObjectName(i.Spec.Email)}
	if err := r.Client.List(ctx, &all, client.InNamespace(i.Namespace), of, index.Shared); err != nil {
		return 0, nil, err
	}
	there = sets.New(i.UID)
	for o := range all.Items {
		if other := &all.Items[o]; other.UID != i.UID && other.Spec.Email == i.Spec.Email {
			sum += rules.SentLately(policy, other, now)
			there.Insert(other.UID)
		}
	}
	return sum, there, nil
}
