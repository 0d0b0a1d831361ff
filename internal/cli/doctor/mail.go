// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/tally"
)

// mail: there is a server for the e-mails of pending invitations.
func (d *Doctor) mail(ctx context.Context) (all []Finding) {
	const part = "mail"
	if d.config != nil && d.config.Mail == nil {
		all = append(all, Finding{part, Warning, "the operator has no mail server, so invitations that can be accepted only by e-mail wait in vain",
			"set mail in the operator's configuration (docs/reference/configuration.md)"})
	}
	sent, without := 0, 0
	err := tally.Each(ctx, d.Client, &v1alpha1.InvitationList{}, func(i *v1alpha1.Invitation) {
		switch c := meta.FindStatusCondition(i.Status.Conditions, v1alpha1.ConditionDelivered); {
		case c == nil:
		case c.Status == metav1.ConditionTrue:
			sent++
		case c.Reason == v1alpha1.ReasonMailNotConfigured:
			without++
		}
	}, client.MatchingFields{"status.state": string(v1alpha1.InvitationPending)})
	if err != nil {
		return append(all, unseen(part, err)...)
	}
	if without > 0 && len(all) == 0 {
		all = append(all, Finding{part, Warning, fmt.Sprintf("the operator has no mail server; %d pending invitations got no e-mail", without),
			"set mail in the operator's configuration (docs/reference/configuration.md)"})
	}
	if len(all) == 0 {
		all = []Finding{{part, OK, fmt.Sprintf("no pending invitation lacks a mail server; %d e-mails were sent", sent), ""}}
	}
	return all
}
