// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

// longWait is how long an e-mail waits before somebody should look. A busy minute passes sooner.
const longWait = 10 * time.Minute

// posted is how far the e-mails of pending invitations are.
type posted struct {
	pending, sent, waiting, late, failed int
	// lateOne and failedOne are examples.
	lateOne, failedOne string
}

// add counts one pending invitation.
func (p *posted) add(i *v1alpha1.Invitation, now time.Time) {
	p.pending++
	c := meta.FindStatusCondition(i.Status.Conditions, v1alpha1.ConditionDelivered)
	if c == nil {
		p.waiting++
		return
	}
	switch c.Reason {
	case v1alpha1.ReasonSent:
		p.sent++
	case v1alpha1.ReasonDeferred, v1alpha1.ReasonUndelivered:
		p.failed, p.failedOne = p.failed+1, i.Namespace+"/"+i.Name+": "+c.Message
	case v1alpha1.ReasonSending, v1alpha1.ReasonQueued:
		p.waiting++
		if now.Sub(turn(i, c)) > longWait {
			p.late, p.lateOne = p.late+1, i.Namespace+"/"+i.Name+": "+c.Message
		}
	}
}

// turn is when an e-mail that waits was to leave. A message that waits for others to leave first has its time in the status.
func turn(i *v1alpha1.Invitation, c *metav1.Condition) time.Time {
	if d := i.Status.Delivery; d != nil && d.NextAttemptAt != nil {
		return d.NextAttemptAt.Time
	}
	return c.LastTransitionTime.Time
}

// text says how many e-mails the mail server took, and what becomes of the others.
func (p *posted) text() string {
	text := fmt.Sprintf("the mail server took the e-mails of %d of %d pending invitations", p.sent, p.pending)
	if p.waiting > 0 {
		text += fmt.Sprintf("; %d wait", p.waiting)
	}
	if kept := p.pending - p.sent - p.waiting - p.failed; kept > 0 {
		text += fmt.Sprintf("; %d are kept back, by a bound, by the recipient's wish, or by a suspension", kept)
	}
	return text
}

// delivered looks for pending invitations whose e-mail did not reach the mail server.
func (d *Doctor) delivered(ctx context.Context) (all []Finding) {
	const part, read = "mail", "read the condition Delivered of these invitations: kubectl get invitations -A"
	var p posted
	err := tally.Each(ctx, d.Client, &v1alpha1.InvitationList{}, func(i *v1alpha1.Invitation) { p.add(i, d.Now) },
		client.MatchingFields{"status.state": string(v1alpha1.InvitationPending)})
	if err != nil {
		return unseen(part, err)
	}
	if p.failed > 0 {
		all = append(all, Finding{part, Warning, fmt.Sprintf("the mail server did not take the e-mail of pending invitations: %d of %d, for example %s",
			p.failed, p.pending, p.failedOne), read})
	}
	if p.late > 0 {
		all = append(all, Finding{part, Warning, fmt.Sprintf("e-mails have waited for more than ten minutes: %d, for example %s", p.late, p.lateOne),
			"look whether the operator's leader runs, and at its log"})
	}
	if len(all) == 0 {
		all = []Finding{{part, OK, p.text(), ""}}
	}
	return all
}
