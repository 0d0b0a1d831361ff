// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"fmt"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/tally"
)

// mail: no pending invitation waits for an e-mail. This version sends none, whatever the operator's configuration says.
func (d *Doctor) mail(ctx context.Context) []Finding {
	const part = "mail"
	waiting, example := 0, ""
	err := tally.Each(ctx, d.Client, &v1alpha1.OrganizationList{}, func(o *v1alpha1.Organization) {
		if n := int(o.Status.Seats.Pending); n > 0 && o.Status.InvitationDelivery == v1alpha1.InvitationDeliveryEmailOnly {
			waiting, example = waiting+n, o.Name
		}
	})
	switch {
	case err != nil:
		return unseen(part, err)
	case waiting > 0:
		return []Finding{{part, Warning, fmt.Sprintf("this version sends no e-mail, and only an e-mail offers some pending invitations: %d, for example of %s", waiting, example),
			"see what keeps invitations out of people's lists: kubectl polyorg explain I6"}}
	}
	return []Finding{{part, OK, "this version sends no e-mail, and no pending invitation waits for one", ""}}
}
