// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/rules"
)

// noteSent counts the messages of an invitation that is deleted, before it is gone. Otherwise whoever deletes an invitation and makes it
// again could send without bound (I13).
func (v *Validator) noteSent(ctx context.Context, before, after client.Object) error {
	i, is := before.(*v1alpha1.Invitation)
	if !is || after != nil || rules.MayHaveLeft(i) == 0 {
		return nil
	}
	var org v1alpha1.Organization
	err := v.Journal.Client.Get(ctx, client.ObjectKey{Name: facts.OrganizationOf(i.Namespace)}, &org)
	if err != nil || org.DeletionTimestamp != nil {
		return client.IgnoreNotFound(err) // an organization that ends sends no more
	}
	now := v.Clock.Now()
	sent := recipients.Sent{Invitation: i.UID, Messages: rules.MayHaveLeft(i), Until: v.countedUntil(i, now).Unix()}
	return v.Recipients.Change(ctx, recipients.Of(org.Name, i.Spec.Email), now, func(r *recipients.Record) {
		r.Sent = slices.DeleteFunc(r.Sent, func(s recipients.Sent) bool { return s.Invitation == i.UID })
		r.Sent = append(r.Sent, sent)
	})
}

// countedUntil is when the messages of an invitation count no longer.
func (v *Validator) countedUntil(i *v1alpha1.Invitation, now time.Time) (until time.Time) {
	v.look(func(w facts.World) { until = rules.CountedUntil(rules.Best(w).Policy(), i, now) })
	return until
}
