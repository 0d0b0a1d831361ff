// SPDX-License-Identifier: Apache-2.0

package show

import (
	"fmt"
	"io"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/printers"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// pairs are labels and what they stand for. An empty value is left out.
type pairs [][2]string

func (p pairs) print(w io.Writer) error {
	t := printers.GetNewTabWriter(w)
	for _, pair := range p {
		if pair[1] != "" {
			fmt.Fprintf(t, "%s:\t%s\n", pair[0], pair[1])
		}
	}
	return t.Flush()
}

// Organization shows an Organization to its administrators.
func Organization(w io.Writer, o *v1alpha1.Organization) error {
	p := pairs{
		{"Name", o.Name},
		{"Display name", o.Spec.DisplayName},
		{"Super admin", o.Spec.SuperAdmin},
		{"Edition", o.Status.EditionText},
		{"Seats", seats(o.Status.Seats)},
		{"Trial ends", trial(o)},
		{"Subscription ends", subscription(o)},
		{"Suspended", suspended(o)},
		{"Address", o.Status.AccessURL},
		{"Custom domain", customDomain(o)},
		{"DNS record", domainRecord(o.Status.CustomDomain)},
		{"DNS look-up", domainLook(o.Status.CustomDomain)},
		{"Reserved hosts", hosts(o.Status.PreviousHosts)},
		{"Invitations", delivery(o.Status.InvitationDelivery)},
		{"Pending", progress(o.Status.Invitations)},
		{"Networks", networks(o.Spec.IPRestriction)},
		{"Time zone", o.Spec.TimeZone},
		{"Language", o.Spec.Locale},
		{"Protected", yes(o.Spec.DeletionProtection)},
		{"Namespace", o.Status.Namespace},
	}
	if ready := meta.FindStatusCondition(o.Status.Conditions, v1alpha1.ConditionReady); ready != nil {
		p = append(p, [2]string{"Ready", fmt.Sprintf("%s, %s: %s", ready.Status, ready.Reason, ready.Message)})
	}
	return p.print(w)
}

// Member shows what every member may know of an organization.
func Member(w io.Writer, o v1alpha1.ReviewedOrganization) error {
	return pairs{
		{"Name", o.Name}, {"Display name", o.DisplayName}, {"Your role", string(o.Role)}, {"Your type", string(o.UserType)},
		{"Active", active(o)}, {"Your default", yes(o.Default)}, {"Edition", edition(o)},
		{"Trial ends", instant(o.TrialEndsAt)}, {"Subscription ends", instant(o.SubscriptionEndsAt)}, {"Suspended", o.SuspendedMessage},
		{"Address", o.AccessURL},
	}.print(w)
}

func seats(s v1alpha1.SeatsStatus) string {
	return fmt.Sprintf("%d of %d in use, %d of these by pending invitations", s.Used, s.Purchased, s.Pending)
}

func trial(o *v1alpha1.Organization) string {
	if o.Status.Trial == nil || o.Spec.Subscription != nil {
		return ""
	}
	return instant(&o.Status.Trial.EndsAt)
}

func subscription(o *v1alpha1.Organization) string {
	if o.Spec.Subscription == nil {
		return ""
	}
	return instant(o.Spec.Subscription.EndsAt)
}

// suspended is the platform's reason. Of other suspensions the edition and the condition Ready tell.
func suspended(o *v1alpha1.Organization) string {
	if o.Spec.Suspended == nil {
		return ""
	}
	return o.Spec.Suspended.Reason
}

func instant(t *metav1.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC1123)
}

func hosts(list []v1alpha1.PreviousHost) string {
	texts := make([]string, len(list))
	for i, h := range list {
		texts[i] = h.Host + date(h.ReservedUntil)
	}
	return strings.Join(texts, ", ")
}

func date(until *metav1.Time) string {
	if until == nil {
		return ""
	}
	return " until " + until.UTC().Format(time.DateOnly)
}

func delivery(d v1alpha1.InvitationDelivery) string {
	switch d {
	case v1alpha1.InvitationDeliveryEmailOnly:
		return "can be accepted only by the link in their e-mail"
	case v1alpha1.InvitationDeliveryListed:
		return "are in the invitee's list"
	}
	return ""
}

// progress says how far the e-mails of pending invitations are. Where none is begun, there is no mail server.
func progress(s *v1alpha1.InvitationsStatus) string {
	switch {
	case s == nil:
		return ""
	case s.Sent+s.Waiting+s.Undelivered == 0:
		return rules.Number(int(s.Pending), "invitation", "invitations")
	}
	return fmt.Sprintf("%s (e-mails: %d sent, %d waiting, %d not delivered)",
		rules.Number(int(s.Pending), "invitation", "invitations"), s.Sent, s.Waiting, s.Undelivered)
}

func networks(r *v1alpha1.IPRestriction) string {
	if r == nil {
		return ""
	}
	return strings.Join(r.AllowedCIDRs, ", ")
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
