// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/recipients"
	"github.com/polyorg/polyorg/internal/rules"
)

// noteSent counts the messages of an invitation that is deleted, before it is gone. Otherwise a person who deletes an invitation and
// makes it again could send without bound (I13).
func (v *Validator) noteSent(ctx context.Context, before, after client.Object) error {
	i, is := before.(*v1alpha1.Invitation)
	if !is || after != nil {
		return nil
	}
	now := v.Clock.Now()
	until := v.countedUntil(i, now)
	sent := recipients.Sent{Invitation: i.UID, Messages: rules.MayHaveLeft(i, now), Until: until.Unix()}
	if sent.Messages == 0 || !now.Before(until) {
		return nil
	}
	of := recipients.Of(facts.OrganizationOf(i.Namespace), i.Spec.Email) // also of an organization that ends: its name can come again
	err := v.Recipients.Change(ctx, of, now, func(r *recipients.Record) {
		r.Sent = slices.DeleteFunc(r.Sent, func(s recipients.Sent) bool { return s.Invitation == i.UID })
		r.Sent = append(r.Sent, sent)
	})
	if err != nil && v.ends(ctx, i) {
		log.FromContext(ctx).Error(err, "An organization ends, and what it sent is not counted", "invitation", client.ObjectKeyFromObject(i))
		return nil // a count never keeps an organization from its end
	}
	return err
}

// ends reports whether the organization of an invitation is about to end, or is gone.
func (v *Validator) ends(ctx context.Context, i *v1alpha1.Invitation) bool {
	var org v1alpha1.Organization
	err := v.Journal.Client.Get(ctx, client.ObjectKey{Name: facts.OrganizationOf(i.Namespace)}, &org)
	return apierrors.IsNotFound(err) || err == nil && org.DeletionTimestamp != nil
}

// countedUntil is when the messages of an invitation count no longer.
func (v *Validator) countedUntil(i *v1alpha1.Invitation, now time.Time) (until time.Time) {
	v.look(func(w facts.World) { until = rules.CountedUntil(rules.Best(w).Policy(), i, now) })
	return until
}
