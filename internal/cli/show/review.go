// SPDX-License-Identifier: Apache-2.0

package show

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Review shows a person's organizations, invitations and acts.
func Review(w io.Writer, s v1alpha1.SelfReviewStatus, now time.Time, wide bool) error {
	if len(s.Organizations) == 0 {
		fmt.Fprintf(w, "%s belongs to no organization.\n", s.User)
	}
	err := organizations(s).Print(w, wide)
	if s.ChoiceDue {
		fmt.Fprintln(w, "\nThe default organization is gone. "+Choice(s))
	}
	return errors.Join(err, invitations(w, s, now, wide), requests(w, s, now, wide))
}

// Choice is what a person without a default organization can do about it. Only an active organization can be chosen.
func Choice(s v1alpha1.SelfReviewStatus) string {
	switch {
	case slices.ContainsFunc(s.Organizations, func(o v1alpha1.ReviewedOrganization) bool { return o.Active }):
		return "Choose another: kubectl polyorg default NAME"
	case len(s.Organizations) > 0:
		return "None of the organizations is active, so there is none to choose."
	case len(s.Invitations) > 0:
		return "To have one again, accept an invitation."
	}
	return "To have one again, create an organization: kubectl polyorg create NAME"
}

func organizations(s v1alpha1.SelfReviewStatus) *Table {
	t := NewTable("Default", "Name", "Display Name", "Role", "Edition", "Active", "URL", "Type", "Origin").Wide(2)
	for _, o := range s.Organizations {
		mark := " "
		if o.Default {
			mark = "*"
		}
		t.Add(mark, o.Name, o.DisplayName, string(o.Role), edition(o), active(o), o.AccessURL, string(o.UserType), string(o.Origin))
	}
	return t
}

// inactive says why a membership gives no access.
var inactive = map[v1alpha1.ActiveReason]string{
	v1alpha1.MembershipSuspended:               "membership suspended",
	v1alpha1.MembershipPending:                 "not granted yet",
	v1alpha1.MembershipOverLimit:               "beyond a limit",
	v1alpha1.MembershipTerminating:             "membership being deleted",
	v1alpha1.MembershipOrganizationTerminating: "organization being deleted",
	v1alpha1.MembershipOrganizationNotFound:    "organization not made yet",
}

// Inactive says why an organization is of no use to the person now. It is empty for one that is.
func Inactive(o v1alpha1.ReviewedOrganization) string {
	switch why, known := inactive[o.Reason]; {
	case known:
		return why
	case !o.Active:
		return "not active"
	case o.Suspended:
		return "organization suspended"
	}
	return ""
}

func active(o v1alpha1.ReviewedOrganization) string {
	if why := Inactive(o); why != "" {
		return "no: " + why
	}
	return "yes"
}

// edition is the organization's edition, as its own status writes it (E2, E3, E8).
func edition(o v1alpha1.ReviewedOrganization) string {
	switch {
	case o.SuspendedReason == v1alpha1.ReasonSubscriptionEnded:
		return string(o.Edition) + " (ended)"
	case o.TrialEndsAt == nil:
		return string(o.Edition)
	case o.SuspendedReason == v1alpha1.ReasonTrialEnded:
		return string(o.Edition) + " (trial ended)"
	}
	return string(o.Edition) + " (trial)"
}

func invitations(w io.Writer, s v1alpha1.SelfReviewStatus, now time.Time, wide bool) error {
	if len(s.Invitations) > 0 {
		fmt.Fprintln(w, "\nInvitations:")
	}
	t := NewTable("Organization", "Display Name", "Role", "Type", "Invited By", "Ends", "Name").Wide(1)
	for _, i := range s.Invitations {
		t.Add(i.Organization, i.DisplayName, string(i.Role), string(i.UserType), i.InvitedBy, until(i.ExpiresAt, now), i.Name)
	}
	if err := t.Print(w, wide); err != nil {
		return err
	}
	if len(s.Invitations) > 0 {
		fmt.Fprintln(w, "Answer one: kubectl polyorg accept ORGANIZATION, or kubectl polyorg decline ORGANIZATION")
	}
	switch n := s.InvitationsByEmail; {
	case n == 1:
		fmt.Fprintln(w, "\n1 more invitation can be accepted only by the link in its e-mail.")
	case n > 1:
		fmt.Fprintf(w, "\n%d more invitations can be accepted only by the links in their e-mails.\n", n)
	}
	return nil
}

// until is the time that is left.
func until(end *metav1.Time, now time.Time) string {
	if end == nil {
		return ""
	}
	return "in " + duration.HumanDuration(end.Sub(now))
}

func requests(w io.Writer, s v1alpha1.SelfReviewStatus, now time.Time, wide bool) error {
	if len(s.Requests) > 0 {
		fmt.Fprintln(w, "\nWhat you asked for:")
	}
	t := NewTable("Action", "Organization", "State", "Ended", "Message", "Name").Wide(1)
	for _, r := range slices.SortedStableFunc(slices.Values(s.Requests), latest) {
		state, ended := "under way", ""
		if r.CompletedAt != nil {
			state, ended = "not done", duration.HumanDuration(now.Sub(r.CompletedAt.Time))+" ago"
		}
		if r.Ready == metav1.ConditionTrue {
			state = "done"
		}
		t.Add(r.Action, r.Organization, state, ended, r.Message, r.Name)
	}
	return t.Print(w, wide)
}

// latest puts what is under way first, and then what ended last.
func latest(a, b v1alpha1.ReviewedRequest) int {
	switch {
	case a.CompletedAt == nil && b.CompletedAt == nil:
		return 0
	case a.CompletedAt == nil:
		return -1
	case b.CompletedAt == nil:
		return 1
	}
	return b.CompletedAt.Compare(a.CompletedAt.Time)
}
