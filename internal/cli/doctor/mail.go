// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/tally"
)

// mail: pending invitations get their e-mails. Without a mail server, none waits for one.
func (d *Doctor) mail(ctx context.Context) []Finding {
	const part = "mail"
	sends, err := d.sends(ctx)
	switch {
	case err != nil:
		return unseen(part, err)
	case sends:
		return d.delivered(ctx)
	}
	waiting, example := 0, ""
	err = tally.Each(ctx, d.Client, &v1alpha1.OrganizationList{}, func(o *v1alpha1.Organization) {
		if n := int(o.Status.Seats.Pending); n > 0 && o.Status.InvitationDelivery == v1alpha1.InvitationDeliveryEmailOnly {
			waiting, example = waiting+n, o.Name
		}
	})
	switch {
	case err != nil:
		return unseen(part, err)
	case waiting > 0:
		return []Finding{{part, Warning, fmt.Sprintf("the operator has no mail server, and only an e-mail offers some pending invitations: %d, for example of %s", waiting, example),
			"see what keeps invitations out of people's lists: kubectl polyorg explain I6"}}
	}
	return []Finding{{part, OK, "the operator has no mail server, and no pending invitation waits for an e-mail", ""}}
}

// sends reports whether the operator sends e-mails: its configuration says so, or else the invitations do.
func (d *Doctor) sends(ctx context.Context) (sends bool, err error) {
	if d.config != nil {
		return d.config.Mail != nil, nil
	}
	err = tally.Each(ctx, d.Client, &v1alpha1.InvitationList{}, func(i *v1alpha1.Invitation) {
		c := meta.FindStatusCondition(i.Status.Conditions, v1alpha1.ConditionDelivered)
		sends = sends || c != nil && c.Reason != v1alpha1.ReasonMailNotConfigured
	})
	return sends, err
}

// delivered looks for pending invitations whose e-mail did not reach the mail server.
func (d *Doctor) delivered(ctx context.Context) []Finding {
	const part = "mail"
	pending, failed, example := 0, 0, ""
	err := tally.Each(ctx, d.Client, &v1alpha1.InvitationList{}, func(i *v1alpha1.Invitation) {
		if c := meta.FindStatusCondition(i.Status.Conditions, v1alpha1.ConditionDelivered); i.Status.State == v1alpha1.InvitationPending {
			pending++
			if c != nil && (c.Reason == v1alpha1.ReasonDeferred || c.Reason == v1alpha1.ReasonUndelivered) {
				failed, example = failed+1, i.Namespace+"/"+i.Name+": "+c.Message
			}
		}
	}, client.MatchingFields{"status.state": string(v1alpha1.InvitationPending)})
	switch {
	case err != nil:
		return unseen(part, err)
	case failed > 0:
		return []Finding{{part, Warning, fmt.Sprintf("the mail server did not take the e-mail of pending invitations: %d of %d, for example %s", failed, pending, example),
			"read the condition Delivered of these invitations: kubectl get invitations -A"}}
	}
	return []Finding{{part, OK, fmt.Sprintf("the mail server took the e-mails of pending invitations: %d", pending), ""}}
}
