// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"strings"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Limits finds the limits that the facts of a change would break (L1–L7, E5–E7, A2, G1). Facts that the object already states are not
// judged again. Neither are places that another object already holds for the same person (L9: a lowered limit takes nothing away).
func Limits(o Outlook, act Act, before, after []Fact) Violations {
	added := slices.DeleteFunc(slices.Clone(after), func(f Fact) bool { return slices.Contains(before, f) })
	if len(added) == 0 {
		return nil // without a look at the world: such a change waits for no other
	}
	j := newJudgement(o, act, before, after)
	var vs Violations
	for _, fact := range added {
		vs = append(vs, j.fact(fact)...)
	}
	return vs
}

// judgement is one change under judgement.
type judgement struct {
	Outlook
	act           Act
	policy        Policy
	before, after []Fact
	on            map[onEdition]bool // what isOn has found
}

// onEdition is a question: does an organization count as being on an edition?
type onEdition struct {
	organization string
	edition      v1alpha1.Edition
}

func newJudgement(o Outlook, act Act, before, after []Fact) judgement {
	return judgement{Outlook: o, act: act, policy: o.Policy(), before: before, after: after, on: map[onEdition]bool{}}
}

func (j judgement) fact(fact Fact) Violations {
	switch f := fact.(type) {
	case Place:
		return j.joins(f)
	case Acceptance:
		return j.joins(f.Place)
	case Offer:
		_, had := find(j.before, func(b Offer) bool { return b.Invitation == f.Invitation })
		if had {
			return nil
		}
		return append(j.offer(f), j.seat(f.Organization, f.User, true)...)
	case Claim:
		return j.claim(f)
	case Binding:
		return j.binding(f)
	case Account:
		was, _ := find(j.before, func(Account) bool { return true })
		return append(j.editionChange(f, was), j.licenses(f, was)...)
	}
	return nil
}

// joins judges a place that is new or that has changed.
func (j judgement) joins(p Place) Violations {
	was := j.placeBefore(p.Organization, p.User)
	return slices.Concat(j.place(p, was), j.seat(p.Organization, p.User, p.Seat && !was.Seat), j.inviter(p, was))
}

// placeBefore is the place that the object stated before the change; empty if it stated none.
func (j judgement) placeBefore(organization, user string) Place {
	for _, f := range j.before {
		if p, ok := placeOf(f); ok && p.Organization == organization && p.User == user {
			return p
		}
	}
	return Place{}
}

// A limit is one row of the per-user limits: the places that count, their number, and the message.
type limit struct {
	rule   string
	max    func(Policy) int32
	counts func(judgement, Place) bool
	text   string
}

// perUser are all limits of one user; byEdition those that depend on the editions of their organizations.
var (
	perUser    = slices.Concat(anyEdition, byEdition)
	anyEdition = []limit{
		{"L1", func(p Policy) int32 { return p.OrganizationsPerUser },
			func(judgement, Place) bool { return true },
			"%s is in as many organizations as one user can be; leaving one makes room"},
		{"L2", func(p Policy) int32 { return p.CreatedOrganizationsPerUser },
			func(_ judgement, p Place) bool { return p.created() },
			"%s has created, or is super admin of, as many organizations as one user can; leaving one or transferring its super-admin role makes room"},
	}
	byEdition = []limit{
		{"L3", func(p Policy) int32 { return p.CreatedCRMPlusPerUser },
			func(j judgement, p Place) bool {
				return j.founded(p) && j.isOn(p.Organization, v1alpha1.EditionCRMPlus)
			},
			"%s has created as many CRM Plus organizations as one user can; another edition is possible"},
		{"L4", func(p Policy) int32 { return p.InvitedCRMPlusPerUser },
			func(j judgement, p Place) bool {
				return p.joined() && j.isOn(p.Organization, v1alpha1.EditionCRMPlus)
			},
			"%s has joined as many CRM Plus organizations as one user can; leaving one makes room"},
		{"L5", func(p Policy) int32 { return p.InternalZohoOnePerUser },
			func(j judgement, p Place) bool {
				return p.UserType == v1alpha1.UserTypeInternal && j.isOn(p.Organization, v1alpha1.EditionZohoOne)
			},
			"%s is an internal user of as many Zoho One organizations as one user can be; join with userType External"},
	}
)

// founded reports whether a place counts as created (L3). The Organization names its super admin without an origin; the person's Membership
// states the origin. Until there is a Membership, the named super admin counts as the creator.
func (j judgement) founded(p Place) bool {
	if p.Origin != "" {
		return p.Origin == v1alpha1.OriginCreated
	}
	// A place that says its origin counts by itself.
	return !j.hasPlace(p.User, func(q Place) bool { return q.Organization == p.Organization && q.Origin != "" })
}

// place judges the limits of one user (L1–L5) for the part of a place that the change adds.
func (j judgement) place(p, was Place) Violations {
	var vs Violations
	for _, l := range perUser {
		if !l.counts(j, p) || (was != Place{} && l.counts(j, was)) {
			continue
		}
		if used := j.used(l, p.User, p.Organization); used >= l.max(j.policy) && !j.carriedOver(l, p) {
			vs = append(vs, exceeded(l.rule, used, l.max(j.policy), l.text, p.User)...)
		}
	}
	return vs
}

// carriedOver reports whether another object already holds what the place would take, as far as that may be relied on (L9).
func (j judgement) carriedOver(l limit, p Place) bool {
	holding := j.speakingFor()
	return j.hasPlace(p.User, func(q Place) bool { return q.Organization == p.Organization && l.counts(holding, q) })
}

// speakingFor is the judgement for facts that speak for the change. A named super admin counts as the creator unless another place says its
// origin (founded). That place may be in flight. So the Best outlook relies on the super admin's place unless the other one is certain. The
// Worst relies on it only if there can be no other.
func (j judgement) speakingFor() judgement {
	j.Outlook = j.opposite()
	if j.worst {
		j.confirmed = func(Lapsing) bool { return true } // a lapsing fact that the view holds counts until its end is seen
	}
	return j
}

// used counts the user's organizations under a limit, except one.
func (j judgement) used(l limit, user, except string) int32 {
	return j.count(l, j.placesCountedAgainst(UserKey(user)), except)
}

// count counts the organizations of one user's places under a limit, except one.
func (j judgement) count(l limit, places []Place, except string) int32 {
	return int32(len(j.counted(l, places, except)) - 1)
}

// counted are the organizations of one user's places under a limit. The exception is among them, whether it counts or not.
func (j judgement) counted(l limit, places []Place, except string) map[string]bool {
	seen := map[string]bool{except: true}
	for _, q := range places {
		if !seen[q.Organization] && l.counts(j, q) && !j.countsAsEnded(q.Organization) {
			seen[q.Organization] = true
		}
	}
	return seen
}

// isOn reports whether an organization counts as being on an edition. The change under judgement takes precedence over the world.
func (j judgement) isOn(organization string, edition v1alpha1.Edition) bool {
	question := onEdition{organization, edition}
	answer, asked := j.on[question]
	if !asked {
		answer = j.looksOn(question)
		j.on[question] = answer
	}
	return answer
}

func (j judgement) looksOn(q onEdition) bool {
	if a, ok := find(j.after, func(a Account) bool { return a.Organization == q.organization }); ok {
		return a.Edition == q.edition
	}
	return slices.ContainsFunc(countedAgainst[Account](j.Outlook, OrganizationKey(q.organization)), func(a Account) bool { return a.Edition == q.edition })
}

// offer judges the pending invitations of one user (L7).
func (j judgement) offer(f Offer) Violations {
	pending := map[string]bool{} // by invitation; true if it comes from the same super admin
	for _, q := range countedAgainst[Offer](j.Outlook, UserKey(f.User)) {
		if !j.countsAsEnded(q.Organization) {
			pending[q.Invitation] = j.sameInviter(f.Organization, q.Organization)
		}
	}
	var all, fromSame int32
	for _, same := range pending {
		all++
		if same {
			fromSame++
		}
	}
	var vs Violations
	if all >= j.policy.PendingPerUser {
		vs = append(vs, exceeded("L7", all, j.policy.PendingPerUser, "%s has as many pending invitations as one user can have; wait until one is answered or expires", f.User)...)
	}
	if fromSame >= j.policy.PendingPerSuperAdmin {
		vs = append(vs, exceeded("L7", fromSame, j.policy.PendingPerSuperAdmin, "%s has as many pending invitations from the organizations of one super admin as one user can have; revoke one or wait for an answer", f.User)...)
	}
	return vs
}

// sameInviter reports whether two organizations count as those of one super admin. Then their invitations count together.
func (j judgement) sameInviter(a, b string) bool {
	for _, p := range countedAgainst[Place](j.Outlook, OrganizationKey(a)) {
		for _, q := range countedAgainst[Place](j.Outlook, OrganizationKey(b)) {
			if p.User == q.User {
				return true
			}
		}
	}
	return a == b
}

// claim judges a name that only one holder can have (A2, L6, I2). It never says who the holder is (U3).
func (j judgement) claim(c Claim) Violations {
	if c.Kind == ClaimAsked {
		return j.asked(c)
	}
	for _, other := range countedAgainst[Claim](j.Outlook, ClaimKey(c.Kind, c.Name)) {
		if other.Holder != c.Holder && !j.putsBack(c, other) && !j.reservesOwn(c) {
			return j.taken(c)
		}
	}
	return nil
}

func (j judgement) taken(c Claim) Violations {
	organization, user, _ := strings.Cut(c.Name, "/")
	switch c.Kind {
	case ClaimHost:
		return j.hostTaken(c.Name)
	case ClaimMembership:
		return exceeded("L6", 1, 1, "%s has a membership in %s already; change that one", user, organization)
	case ClaimInvitation:
		return exceeded("L6", 1, 1, "%s has a pending invitation from %s already; revoke it first", user, organization)
	case ClaimRequest:
		return forbidden("R9", "a request of yours for this is under way already; a SelfReview shows what becomes of it")
	default:
		return forbidden("I2", "the invitation has been answered already, and one answer counts; your organization list shows what came of it")
	}
}

// find returns the first fact of one type for which ok holds.
func find[F Fact](facts []Fact, ok func(F) bool) (F, bool) {
	for _, fact := range facts {
		if f, is := fact.(F); is && ok(f) {
			return f, true
		}
	}
	var none F
	return none, false
}
