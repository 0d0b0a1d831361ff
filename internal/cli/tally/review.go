// SPDX-License-Identifier: Apache-2.0

// Package tally counts against the limits from what the API shows, by the same rules as admission does.
package tally

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// Line is one limit of a person.
type Line struct {
	Rule          string   `json:"rule"`
	What          string   `json:"what"`
	Used          int32    `json:"used"`
	Limit         int32    `json:"limit"`
	Organizations []string `json:"organizations,omitempty"`
}

// OfReview is a person's limits, as a review tells them, with the organizations that count.
func OfReview(s v1alpha1.SelfReviewStatus) []Line {
	counted := countedIn(s)
	lines := lines(rules.Usage{
		Organizations: used(s.Usage.Organizations), Created: used(s.Usage.Created), CRMPlusCreated: used(s.Usage.CRMPlusCreated),
		CRMPlusInvited: used(s.Usage.CRMPlusInvited), ZohoOneInternal: used(s.Usage.ZohoOneInternal),
		PendingInvitations: used(s.Usage.PendingInvitations),
	})
	for i := range lines {
		lines[i].Organizations = counted[lines[i].Rule]
	}
	return lines
}

func used(u v1alpha1.Usage) rules.Used { return rules.Used{Used: u.Used, Limit: u.Limit} }

// lines are the limits of one person in words.
func lines(u rules.Usage) []Line {
	line := func(rule, what string, u rules.Used) Line {
		return Line{Rule: rule, What: what, Used: u.Used, Limit: u.Limit}
	}
	return []Line{
		line("L1", "organizations", u.Organizations),
		line("L2", "created, or super admin of", u.Created),
		line("L3", "CRM Plus, created", u.CRMPlusCreated),
		line("L4", "CRM Plus, joined", u.CRMPlusInvited),
		line("L5", "Zoho One, as internal user", u.ZohoOneInternal),
		line("L7", "pending invitations", u.PendingInvitations),
	}
}

// countedIn lets the rules count the organizations of a review: it puts them into a view of their own.
func countedIn(s v1alpha1.SelfReviewStatus) (counted map[string][]string) {
	v := facts.NewView("polyorg.invalid")
	for _, o := range s.Organizations {
		if o.Reason == v1alpha1.MembershipOrganizationTerminating {
			continue
		}
		org, m := objectsOf(s.User, o)
		_ = v.Store("Organization").Add(org)
		_ = v.Store("Membership").Add(m)
	}
	v.Judge(facts.NewOverlay(nil), nil, func(w facts.World) { counted = rules.Counted(rules.Best(w), s.User) })
	return counted
}

// objectsOf are an organization and the person's membership in it, as far as a review tells of them.
func objectsOf(user string, o v1alpha1.ReviewedOrganization) (*v1alpha1.Organization, *v1alpha1.Membership) {
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: o.Name, UID: types.UID("organization/" + o.Name)}}
	org.Spec.SuperAdmin = "somebody@polyorg.invalid"
	if o.Role == v1alpha1.RoleSuperAdmin {
		org.Spec.SuperAdmin = user
	}
	if o.Edition != "" {
		org.Spec.Subscription = &v1alpha1.Subscription{Edition: o.Edition, Licenses: 1}
	}
	m := &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{
		Namespace: v1alpha1.NamespacePrefix + o.Name, Name: "me", UID: types.UID("membership/" + o.Name)}}
	m.Spec = v1alpha1.MembershipSpec{User: user, Role: v1alpha1.RoleStandard, UserType: o.UserType, Origin: o.Origin}
	return org, m
}
