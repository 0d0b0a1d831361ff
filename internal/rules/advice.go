// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Advice tells the sender of a change, beside the answer that admits it, what follows from it that few people want. It is nil before a
// creation and after a deletion. An actor who may make such a change may know all of it (U3).
func Advice(o Outlook, act Act, organization string, before, after metav1.Object) []string {
	if is, ok := after.(*v1alpha1.Organization); ok {
		was, _ := before.(*v1alpha1.Organization)
		return o.adviseOrganization(act, was, is)
	}
	switch {
	case before == nil:
		return o.adviseCreation(act, organization, after)
	case after == nil:
		if m, ok := before.(*v1alpha1.Membership); ok {
			return o.adviseLeaving(act, organization, m)
		}
	}
	return nil
}

// adviseCreation is the advice about new objects in an organization, and about answers to its invitations.
func (o Outlook) adviseCreation(act Act, organization string, after metav1.Object) []string {
	switch is := after.(type) {
	case *v1alpha1.Invitation:
		return o.adviseInvitation(act, organization, is)
	case *v1alpha1.InvitationResponse:
		if is.Spec.Decision == v1alpha1.DecisionAccept && is.Spec.Invitation != nil {
			return o.adviseAcceptance(OrganizationOf(is.Spec.Invitation.Namespace), is.Spec)
		}
	case *v1alpha1.IntegrationBinding:
		if is.Spec.Application == Cliq {
			return o.adviseEmailOnly(act, organization, "it has a Cliq binding")
		}
	}
	return nil
}

// adviseInvitation warns of an invitation that nobody can accept (I6, I10).
func (o Outlook) adviseInvitation(act Act, organization string, i *v1alpha1.Invitation) []string {
	if i.Spec.Revoked {
		return []string{"the invitation is revoked from the beginning, so nobody can accept it; leave out spec.revoked [I10]"}
	}
	if why := o.whyEmailOnly(organization); why != "" && !act.Mail {
		return []string{fmt.Sprintf("nobody can accept this invitation: those of %s are answered from their e-mail only, because %s, and the operator has no mail server [I6]",
			organization, why)}
	}
	return nil
}

// adviseAcceptance says what somebody has accepted: the organization, the role, and how many seats are left there (I3, E5).
func (o Outlook) adviseAcceptance(organization string, accepted v1alpha1.InvitationResponseSpec) []string {
	text := fmt.Sprintf("you join %s as %s", organization, accepted.Role)
	j := newJudgement(o, Act{}, nil, nil)
	if seats, known := j.seats(organization); known {
		text += fmt.Sprintf("; %d of its %s are left", max(0, seats-j.seatsUsed(organization, "")), Number(int(seats), "seat", "seats"))
	}
	return []string{text + " [I3]"}
}

// adviseEmailOnly warns an actor who makes an organization e-mail-only while invitations are pending (I6).
func (o Outlook) adviseEmailOnly(act Act, organization, why string) []string {
	if act.Mail || o.EmailOnly(organization) {
		return nil
	}
	pending := len(countedAgainst[Offer](o, MembersKey(organization)))
	if pending == 0 {
		return nil
	}
	return []string{fmt.Sprintf("nobody can accept the pending invitations of %s any more (%d): they are answered from their e-mail only, because %s, "+
		"and the operator has no mail server [I6]", organization, pending, why)}
}

func (o Outlook) adviseOrganization(act Act, was, is *v1alpha1.Organization) (texts []string) {
	if was == nil {
		was, texts = &v1alpha1.Organization{}, o.adviseFormer(act, is.Name, Hosts(is, act.BaseDomain))
	}
	if why := whyEmailOnly(EditionInForce(is.Spec), is.Spec.IPRestriction != nil); why != "" {
		texts = append(texts, o.adviseEmailOnly(act, is.Name, why)...)
	}
	return slices.Concat(texts, adviseTrial(act, was.Spec, is.Spec), adviseRestriction(was.Spec.IPRestriction, is.Spec.IPRestriction))
}

// farTrial is the time after which the end of a trial is more likely a mistake than meant.
const farTrial = 366 * 24 * time.Hour

// adviseTrial warns of an end of a trial that is far away. Of one that has passed, Warnings tells (E2).
func adviseTrial(act Act, was, is v1alpha1.OrganizationSpec) []string {
	end := is.TrialEndsAt
	if end == nil || is.Subscription != nil || end.Equal(was.TrialEndsAt) || end.Sub(act.Now) <= farTrial {
		return nil
	}
	return []string{fmt.Sprintf("the trial ends at %s, more than a year from now; check spec.trialEndsAt [E2]", end.UTC().Format(time.RFC3339))}
}

// adviseRestriction warns of a restriction that restricts nothing, and makes invitations e-mail-only all the same (I6).
func adviseRestriction(was, is *v1alpha1.IPRestriction) []string {
	if is == nil || equality.Semantic.DeepEqual(was, is) {
		return nil
	}
	var networks []netip.Prefix
	for _, cidr := range is.AllowedCIDRs {
		if p, err := netip.ParsePrefix(cidr); err == nil {
			networks = append(networks, p)
		}
	}
	for _, all := range []string{"0.0.0.0/0", "::/0"} {
		if covered(netip.MustParsePrefix(all), networks) {
			return []string{"spec.ipRestriction allows every address of " + all + ", and makes invitations e-mail-only all the same; leave it out [I6]"}
		}
	}
	return nil
}

// covered reports whether some networks together have every address of one.
func covered(network netip.Prefix, by []netip.Prefix) bool {
	var inside []netip.Prefix
	for _, p := range by {
		switch {
		case !p.Overlaps(network):
		case p.Bits() <= network.Bits():
			return true
		default:
			inside = append(inside, p)
		}
	}
	if len(inside) < 2 { // one part is not the whole
		return false
	}
	lower, upper := halves(network)
	return covered(lower, inside) && covered(upper, inside)
}

// halves are the two networks of which one consists.
func halves(network netip.Prefix) (lower, upper netip.Prefix) {
	bits := network.Bits()
	raw := network.Addr().AsSlice()
	raw[bits/8] |= 1 << (7 - bits%8)
	addr, _ := netip.AddrFromSlice(raw)
	return netip.PrefixFrom(network.Addr(), bits+1), netip.PrefixFrom(addr, bits+1)
}

// fewFacts bounds the look at the members of an organization. With more facts than this, somebody is left.
const fewFacts = 64

// adviseLeaving warns an actor who removes the last member beside the super admin. An organization that ends has no use for the warning.
func (o Outlook) adviseLeaving(act Act, organization string, m *v1alpha1.Membership) []string {
	members := MembersKey(organization)
	if m.DeletionTimestamp != nil || !o.administers(act, organization) || !o.lives(organization) || o.world.Size(members) > fewFacts {
		return nil
	}
	stays := func(p Place) bool { return p.User != m.Spec.User && !o.isSuperAdmin(p.User, organization) }
	if slices.ContainsFunc(o.placesCountedAgainst(members), stays) {
		return nil
	}
	return []string{fmt.Sprintf("after this nobody but the super admin is left in %s; people come back by an invitation [R5]", organization)}
}

// PeopleOver counts the people among some whom a policy leaves over a limit. The spec of a deleted one is empty.
func PeopleOver(o Outlook, is v1alpha1.PlatformPolicySpec, among []string) (over int) {
	policy := PolicyOf(is)
	for _, user := range among {
		if usageUnder(o, policy, user).Over() {
			over++
		}
	}
	return over
}

// OrganizationsOver counts the organizations among some that a policy leaves with more seats in use than there are (E5).
func OrganizationsOver(o Outlook, is v1alpha1.PlatformPolicySpec, among []string) (over int) {
	policy := PolicyOf(is)
	for _, name := range among {
		if o.exceedsSeats(policy, name) {
			over++
		}
	}
	return over
}

// PolicyAdvice says how many people and organizations a policy leaves over a limit (L9).
func PolicyAdvice(people, organizations int) []string {
	if people+organizations == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s and %s have more than this policy allows; they keep it, and get nothing new [L9]",
		Number(people, "person", "people"), Number(organizations, "organization", "organizations"))}
}

// exceedsSeats reports whether an organization uses more seats than it has under a policy (E5).
func (o Outlook) exceedsSeats(policy Policy, organization string) bool {
	account, there := o.account(organization)
	if !there || account.Terminating {
		return false
	}
	used, _ := o.world.Seats(organization)
	return used > account.Seats(policy)
}
