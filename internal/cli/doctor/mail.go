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

// mail: there is a server, and it takes the e-mails of pending invitations.
func (d *Doctor) mail(ctx context.Context) (all []Finding) {
	const part = "mail"
	if d.config != nil && d.config.Mail == nil {
		all = append(all, Finding{part, Warning, "the operator has no mail server, so invitations that can be accepted only by e-mail wait in vain",
			"set mail in the operator's configuration (docs/reference/configuration.md)"})
	}
	reasons := map[string]int{}
	err := tally.Each(ctx, d.Client, &v1alpha1.InvitationList{}, func(i *v1alpha1.Invitation) {
		if c := meta.FindStatusCondition(i.Status.Conditions, v1alpha1.ConditionDelivered); c != nil {
			reasons[c.Reason]++
		}
	}, client.MatchingFields{"status.state": string(v1alpha1.InvitationPending)})
	if err != nil {
		return append(all, unseen(part, err)...)
	}
	if n := reasons[v1alpha1.ReasonUndelivered]; n > 0 {
		all = append(all, Finding{part, Warning, fmt.Sprintf("a mail server refused the e-mails of %d pending invitations for good", n),
			"their condition Delivered says why; correct the address by a new invitation"})
	}
	if n := reasons[v1alpha1.ReasonMailNotConfigured]; n > 0 && len(all) == 0 {
		all = append(all, Finding{part, Warning, fmt.Sprintf("the operator has no mail server; %d pending invitations got no e-mail", n),
			"set mail in the operator's configuration (docs/reference/configuration.md)"})
	}
	if len(all) == 0 {
		all = []Finding{{part, OK, fmt.Sprintf("no e-mail of a pending invitation failed; %d were sent", reasons[v1alpha1.ReasonSent]), ""}}
	}
	return all
}
