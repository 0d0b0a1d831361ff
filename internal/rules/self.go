// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Person is what is shown of one person beside the facts about them. No rule judges by it.
type Person struct {
	Email string
	// Joined is when each of their memberships began, by organization.
	Joined map[string]time.Time
	// Organizations are those that the facts about them name.
	Organizations map[string]Title
	// Invitations are those that are offered to them, by UID.
	Invitations map[string]Letter
	// Requests are their acts that are under way, and those of the last hour.
	Requests []v1alpha1.ReviewedRequest
	// Chosen is the default organization that they chose, and Current the last one that was in force. HadOne: there was one before.
	Chosen, Current string
	HadOne          bool
}

// Title is how an organization is shown.
type Title struct {
	DisplayName, AccessURL string
	// Suspended is the platform's reason for its suspension, in its own words. It is shown to members only (E8).
	Suspended string
}

// Letter is how an invitation is shown.
type Letter struct{ Name, InvitedBy string }

// Self is what a person may know of themselves (R9): their organizations, invitations, default and limits.
func Self(o Outlook, now time.Time, p Person) v1alpha1.SelfReviewStatus {
	s := v1alpha1.SelfReviewStatus{
		User: p.Email, Requests: p.Requests, Organizations: o.reviewOrganizations(now, p), Usage: ShownUsage(UsageOf(o, p.Email)),
	}
	s.DefaultOrganization, s.ChoiceDue = Default(p.Chosen, p.Current, p.HadOne, p.active(s.Organizations))
	for i := range s.Organizations {
		s.Organizations[i].Default = s.Organizations[i].Name == s.DefaultOrganization
	}
	s.Invitations, s.InvitationsByEmail = o.reviewInvitations(now, p)
	return s
}

// active are the organizations that give access, the oldest membership first (F1).
func (p Person) active(list []v1alpha1.ReviewedOrganization) []string {
	var names []string
	for _, r := range list {
		if r.Active {
			names = append(names, r.Name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return p.Joined[a].Compare(p.Joined[b]) })
	return names
}

// reviewOrganizations are those in which the person has a place, by name.
func (o Outlook) reviewOrganizations(now time.Time, p Person) []v1alpha1.ReviewedOrganization {
	places := map[string][]Place{}
	for _, place := range pick[Place](o.world.Facts(UserKey(p.Email)), true) {
		places[place.Organization] = append(places[place.Organization], place)
	}
	list := make([]v1alpha1.ReviewedOrganization, 0, len(places))
	for _, name := range slices.Sorted(maps.Keys(places)) {
		list = append(list, o.reviewOrganization(now, p, name, places[name]))
	}
	return list
}

func (o Outlook) reviewOrganization(now time.Time, p Person, name string, places []Place) v1alpha1.ReviewedOrganization {
	var r v1alpha1.ReviewedOrganization
	r.Name, r.DisplayName, r.AccessURL = name, p.Organizations[name].DisplayName, p.Organizations[name].AccessURL
	r.UserType, r.Origin = v1alpha1.UserTypeInternal, v1alpha1.OriginProvisioned
	for _, place := range places {
		if place.Role != v1alpha1.RoleSuperAdmin { // the Membership's own words
			r.UserType, r.Origin = cmp.Or(place.UserType, r.UserType), cmp.Or(place.Origin, r.Origin)
		}
		if rank(place.Role) > rank(r.Role) {
			r.Role = place.Role
		}
	}
	account, there := o.account(name)
	r.Reason = reasonOf(places, account, there)
	r.Active, r.Edition = r.Reason == v1alpha1.MembershipActive, account.Edition
	if there {
		o.reviewSuspension(now, account, p.Organizations[name], &r)
	}
	return r
}

// reviewSuspension shows when an organization's time is over, and whether it is suspended (E3, E8).
func (o Outlook) reviewSuspension(now time.Time, account Account, title Title, r *v1alpha1.ReviewedOrganization) {
	if end, ends := account.End(o.Policy()); ends {
		at := metav1.NewTime(end)
		if account.Subscribed() {
			r.SubscriptionEndsAt = &at
		} else {
			r.TrialEndsAt = &at
		}
	}
	r.SuspendedReason = account.WhySuspended(o.Policy(), now)
	r.Suspended = r.SuspendedReason != ""
	if r.SuspendedReason == v1alpha1.ReasonSuspendedByPlatform {
		r.SuspendedMessage = title.Suspended
	}
}

// account is that of an organization, if there is one.
func (o Outlook) account(organization string) (Account, bool) {
	for _, a := range pick[Account](o.world.Facts(OrganizationKey(organization)), true) {
		return a, true
	}
	return Account{}, false
}

// reasonOf says why places in an organization give no access, or that one does. The super admin's place gives none without a Membership.
func reasonOf(places []Place, account Account, there bool) v1alpha1.ActiveReason {
	switch {
	case !there:
		return v1alpha1.MembershipOrganizationNotFound
	case account.Terminating:
		return v1alpha1.MembershipOrganizationTerminating
	case account.Grant == Withheld:
		return v1alpha1.MembershipOverLimit
	}
	own := slices.DeleteFunc(slices.Clone(places), func(p Place) bool { return p.Role == v1alpha1.RoleSuperAdmin })
	if len(own) == 0 {
		return v1alpha1.MembershipPending
	}
	switch own := own[0]; {
	case !own.Seat:
		return v1alpha1.MembershipSuspended
	case own.Role == "":
		return v1alpha1.MembershipTerminating
	case own.Grant == Withheld:
		return v1alpha1.MembershipOverLimit
	case own.Grant == Awaited, account.Grant == Awaited:
		return v1alpha1.MembershipPending
	}
	return v1alpha1.MembershipActive
}

// reviewInvitations are the pending invitations that the person can answer in the cluster, by organization and name. byEmail is the number
// of those that wait for their e-mail (I6).
func (o Outlook) reviewInvitations(now time.Time, p Person) (list []v1alpha1.ReviewedInvitation, byEmail int32) {
	for _, f := range pick[Offer](o.world.Facts(UserKey(p.Email)), true) {
		letter, known := p.Invitations[f.Invitation]
		why, _ := Unanswerable(o, f.Organization, now)
		switch {
		case !known || !o.lives(f.Organization) || !now.Before(f.Deadline(o.Policy())):
		case why == v1alpha1.ReasonEmailOnly:
			byEmail++
		case why == "":
			list = append(list, o.reviewInvitation(p, f, letter))
		}
	}
	slices.SortFunc(list, func(a, b v1alpha1.ReviewedInvitation) int {
		return cmp.Or(cmp.Compare(a.Organization, b.Organization), cmp.Compare(a.Name, b.Name))
	})
	return list, byEmail
}

func (o Outlook) reviewInvitation(p Person, f Offer, letter Letter) v1alpha1.ReviewedInvitation {
	deadline := metav1.NewTime(f.Deadline(o.Policy()))
	r := v1alpha1.ReviewedInvitation{
		DisplayName: p.Organizations[f.Organization].DisplayName, UserType: f.UserType, InvitedBy: letter.InvitedBy,
	}
	r.Organization, r.Name, r.Role, r.ExpiresAt = f.Organization, letter.Name, f.Role, &deadline
	return r
}

// ShownUsage is the usage of each limit as people read it.
func ShownUsage(u Usage) v1alpha1.UserUsage {
	return v1alpha1.UserUsage{
		Organizations:      u.Organizations.shown(),
		Created:            u.Created.shown(),
		CRMPlusCreated:     u.CRMPlusCreated.shown(),
		CRMPlusInvited:     u.CRMPlusInvited.shown(),
		ZohoOneInternal:    u.ZohoOneInternal.shown(),
		PendingInvitations: u.PendingInvitations.shown(),
	}
}

func (u Used) shown() v1alpha1.Usage {
	return v1alpha1.Usage{Used: u.Used, Limit: u.Limit, Summary: fmt.Sprintf("%d/%d", u.Used, u.Limit)}
}

// SelfReview judges who asks for a review, and of whom. It is never stored.
func SelfReview(o Outlook, act Act, r *v1alpha1.SelfReview, dryRun bool) Violations {
	of := ReviewOf(act.Actor, r)
	switch {
	case !dryRun:
		return forbidden("R9", "a review is an answer and is not stored; ask with a dry run: kubectl create --dry-run=server -o yaml -f FILE")
	case of == "":
		return forbidden("U2", "your sign-in name is no e-mail address, so there is nobody to review; a platform actor may set spec.user")
	case of != act.Actor.Email && !act.Actor.Platform:
		return forbidden("U3", "you may ask about yourself alone; leave spec.user out")
	case r.Spec.Organization != "" && !act.Actor.Platform && !o.administers(act, r.Spec.Organization):
		return forbidden("R4", "you administer no organization of that name; leave spec.organization out to list your own")
	}
	return nil
}

// ReviewOf is the person of whom a review is: the one that it names, else its author.
func ReviewOf(actor Actor, r *v1alpha1.SelfReview) string { return cmp.Or(r.Spec.User, actor.Email) }
