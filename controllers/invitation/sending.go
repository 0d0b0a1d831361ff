// SPDX-License-Identifier: Apache-2.0

package invitation

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/delivered"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// beginSend begins the message that is due for an invitation which can be answered. The status says so before anything is sent: then the
// links of earlier messages are invalid, and a leader that ends in between has not lost it (I9). The controller of deliveries sends it.
func (r *Reconciler) beginSend(ctx context.Context, org *v1alpha1.Organization, i *v1alpha1.Invitation, say status.Conditions, policy rules.Policy, now time.Time) error {
	if next, _ := rules.NextSend(policy, i, 0, false); next == rules.NothingToSend {
		delivered.Say(say, i.Status.Delivery)
		return nil
	}
	elsewhere, muted, err := r.recipient(ctx, org, i, policy, now)
	if err != nil {
		return err
	}
	switch next, requested := rules.NextSend(policy, i, elsewhere, muted); next {
	case rules.Send:
		begun := &v1alpha1.InvitationDeliveryStatus{Sends: rules.Begun(i) + 1}
		if !requested.IsZero() {
			begun.ResendRequestedAt = &metav1.Time{Time: requested}
		}
		i.Status.Delivery = begun
		delivered.Say(say, begun)
	case rules.TooMany:
		delivered.SayTooMany(say, policy)
	case rules.Muted:
		delivered.SayMuted(say)
	}
	return nil
}

// recipient finds how many messages the organization has sent to the address for other invitations, and whether its owner wants no more.
func (r *Reconciler) recipient(ctx context.Context, org *v1alpha1.Organization, i *v1alpha1.Invitation, policy rules.Policy, now time.Time) (elsewhere int32, muted bool, err error) {
	living, err := r.sentElsewhere(ctx, i, policy, now)
	if err != nil {
		return 0, false, err
	}
	gone, err := r.Recipients.Get(ctx, org.UID, i.Spec.Email)
	if err != nil {
		return 0, false, err
	}
	mutedAt, err := r.Recipients.MutedAt(ctx, org.UID, i.Spec.Email)
	return living + gone.Messages(i.UID, now), rules.WantsNoMail(i, mutedAt), err
}

// sentElsewhere counts the messages that the organization has sent to the same address for other invitations, within the time that an
// invitation is valid (I13).
func (r *Reconciler) sentElsewhere(ctx context.Context, i *v1alpha1.Invitation, policy rules.Policy, now time.Time) (sum int32, err error) {
	var others v1alpha1.InvitationList
	of := client.MatchingFields{index.User: identity.ObjectName(i.Spec.Email)}
	if err := r.Client.List(ctx, &others, client.InNamespace(i.Namespace), of, index.Shared); err != nil {
		return 0, err
	}
	for o := range others.Items {
		if other := &others.Items[o]; other.UID != i.UID && other.Spec.Email == i.Spec.Email {
			sum += rules.SentLately(policy, other, now)
		}
	}
	return sum, nil
}
