// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Invitation judges who creates (before is nil), revokes, or deletes (after is nil) an invitation.
func Invitation(o Outlook, act Act, organization string, before, after *v1alpha1.Invitation) Violations {
	switch {
	case before == nil:
		return createInvitation(o, act, organization, after)
	case after == nil:
		return deleteInvitation(o, act, organization, before)
	case untouched(before, after, before.Spec, after.Spec):
		return nil
	case !o.administers(act, organization):
		return forbidden("R4", "only Administrators and the super admin of %s revoke or re-send its invitations; ask one of them", organization)
	case before.Annotations[v1alpha1.InvitedByAnnotation] != after.Annotations[v1alpha1.InvitedByAnnotation]:
		return platformOnly(act, "R4", "change who invited", "leave the annotation "+v1alpha1.InvitedByAnnotation+" as it is")
	case !before.Spec.Revoked && after.Spec.Revoked:
		return revokeInvitation(o, organization, before)
	}
	return slices.Concat(agreement(act, after), resendInvitation(o, act, before, after)) // all else is immutable
}

func createInvitation(o Outlook, act Act, organization string, inv *v1alpha1.Invitation) Violations {
	if !o.administers(act, organization) {
		return forbidden("R4", "only Administrators and the super admin of %s invite to it; ask one of them", organization)
	}
	if by := inv.Spec.InvitedBy; by != "" && by != act.Actor.Email && !act.Actor.Platform {
		return forbidden("R4", "spec.invitedBy must be your own address; write %s, or leave it out", act.Actor.Email)
	}
	if wrong := agreement(act, inv); len(wrong) > 0 {
		return wrong
	}
	if o.isMember(inv.Spec.Email, organization) {
		return exceeded("L6", 1, 1, "%s is a member of %s already; change their membership instead", inv.Spec.Email, organization)
	}
	return o.whyClosed(organization, act.Now)
}

// isMember reports whether a user counts as a member of a living organization.
func (o Outlook) isMember(user, organization string) bool {
	return !o.countsAsEnded(organization) && slices.ContainsFunc(o.placesCountedAgainst(UserKey(user)), in(organization))
}

// revokeInvitation judges the end of a pending invitation by its organization (I10).
func revokeInvitation(o Outlook, organization string, inv *v1alpha1.Invitation) Violations {
	if isFinished(inv) {
		return invalid("I2", "spec.revoked", "the invitation is %s, and stays so; create a new one", inv.Status.State)
	}
	return beingAnswered(o, organization, inv)
}

func isFinished(inv *v1alpha1.Invitation) bool {
	return inv.Status.State != "" && inv.Status.State != v1alpha1.InvitationPending
}

// deleteInvitation judges who removes an invitation.
func deleteInvitation(o Outlook, act Act, organization string, inv *v1alpha1.Invitation) Violations {
	if !o.administers(act, organization) && inv.DeletionTimestamp == nil && o.mayLive(organization) {
		return forbidden("R4", "only Administrators and the super admin of %s delete its invitations; ask one of them", organization)
	}
	return beingAnswered(o, organization, inv)
}

// beingAnswered keeps a pending invitation until an answer that was given to it is carried out (I2).
func beingAnswered(o Outlook, organization string, inv *v1alpha1.Invitation) Violations {
	if inv.DeletionTimestamp != nil || o.countsAsEnded(organization) || isFinished(inv) {
		return nil
	}
	if len(countedAgainst[Claim](o, ClaimKey(ClaimAnswer, string(inv.UID)))) > 0 {
		return forbidden("I2", "the invitation has been answered, and its answer is being carried out; wait a moment, and change what came of it")
	}
	return nil
}

// InvitationResponse judges an answer (I1–I3, I6–I8). Limits judges its limits and its seat. An invitation that is not there and another
// person's invitation get the same answer. So nobody learns of an organization by asking (U3).
func InvitationResponse(o Outlook, act Act, before, after *v1alpha1.InvitationResponse) Violations {
	switch {
	case before != nil && after != nil && untouched(before, after, before.Spec, after.Spec):
		return nil // Metadata judges all other changes
	case after == nil || before != nil:
		return platformOnly(act, "I2", "change or delete an answer", "it is removed by itself an hour after it is done")
	case unproved(act, after.Spec):
		return invalidLink()
	case act.Actor.Email == "" || after.Spec.Invitee != act.Actor.Email:
		return notTheirs()
	}
	offer, ok := o.offer(after)
	switch {
	case ok:
		return answer(o, act, offer, after.Spec.Decision)
	case o.answered(after):
		return answeredAlready()
	}
	return notTheirs()
}

// unproved reports whether an answer comes with a link that nobody has checked.
func unproved(act Act, answer v1alpha1.InvitationResponseSpec) bool {
	return answer.Token != "" || answer.TokenHash != "" && !act.Actor.ByLink
}

func answeredAlready() Violations {
	return forbidden("I2", "the invitation has been answered already, and one answer counts; your organization list shows what came of it")
}

func expired(deadline time.Time) Violations {
	return forbidden("I1", "the invitation expired at %s; ask for a new one", deadline.UTC().Format("2006-01-02 15:04:05 MST"))
}

// answered reports whether another answer to the same invitation stands. Only the invitee is told of it.
func (o Outlook) answered(r *v1alpha1.InvitationResponse) bool {
	return len(countedAgainst[Claim](o, ClaimKey(ClaimAnswer, string(r.Spec.InvitationUID)))) > 0
}

func notTheirs() Violations {
	return forbidden("I7", "you have no pending invitation of that name; your organization list shows those that you can answer")
}

// offer finds the pending invitation that is answered, as far as it may be relied on.
func (o Outlook) offer(r *v1alpha1.InvitationResponse) (Offer, bool) {
	f, ok := o.reliedOnLapsing(UserKey(r.Spec.Invitee), func(f Lapsing) bool {
		_, is := f.(Offer)
		return is && f.StatedBy() == r.Spec.InvitationUID
	})
	if !ok {
		return Offer{}, false
	}
	return f.(Offer), true
}

func asFacts[F Fact](fs []F) []Fact {
	out := make([]Fact, len(fs))
	for i, f := range fs {
		out[i] = f
	}
	return out
}

func answer(o Outlook, act Act, f Offer, decision v1alpha1.Decision) Violations {
	if deadline := f.Deadline(o.Policy()); !act.Now.Before(deadline) {
		return expired(deadline)
	}
	if decision != v1alpha1.DecisionAccept {
		return nil // the invitee can always decline (I6)
	}
	if o.EmailOnly(f.Organization) && !act.Actor.ByLink {
		return forbidden("I6", "this invitation can be accepted only from its e-mail; use the link in it, or decline the invitation here")
	}
	if !o.lives(f.Organization) {
		return forbidden("I8", "the organization %s is not there, or is being deleted; the invitation stays pending: decline it, or wait", f.Organization)
	}
	if o.isMember(f.User, f.Organization) {
		return exceeded("L6", 1, 1, "you are a member of %s already; decline the invitation", f.Organization)
	}
	if vs := o.whyClosed(f.Organization, act.Now); vs != nil {
		return closedToInvitee()
	}
	return nil
}

// Unanswerable is the reason why nobody can accept the pending invitations of an organization at an instant, with words for its
// administrators. It is empty if the invitees can, from their list. With the reason EmailOnly they can where the operator sends e-mails. They
// can decline in any case (I6).
func Unanswerable(o Outlook, organization string, now time.Time) (reason, message string) {
	if account, there := o.account(organization); there {
		if why := account.WhySuspended(o.Policy(), now); why != "" {
			return v1alpha1.ReasonOrganizationSuspended, "Cannot be accepted while the organization is suspended: " + SuspensionText(why)
		}
	}
	switch {
	case o.EmailOnly(organization):
		return v1alpha1.ReasonEmailOnly, "Nobody can accept it: the organization's invitations are answered from their e-mail only, because " +
			o.whyEmailOnly(organization) + ", and the operator has no mail server (I6)"
	}
	return "", ""
}

// closedToInvitee refuses an invitee whom the organization cannot take in now. They are no member yet, so the answer says nothing of its
// suspension or its seats. It names the same rule for both (I8, U3).
func closedToInvitee() Violations {
	return forbidden("I8", "the organization cannot take new members now, and the invitation stays pending; ask the person who invited you")
}

// EmailOnly reports whether an organization's invitations are missing from the invitee's list (I6).
func (o Outlook) EmailOnly(organization string) bool { return o.whyEmailOnly(organization) != "" }

// whyEmailOnly says why an organization's invitations are answered from their e-mail only; it is empty if they are not (I6, G5).
func (o Outlook) whyEmailOnly(organization string) string {
	for _, a := range countedAgainst[Account](o, OrganizationKey(organization)) {
		if why := whyEmailOnly(a.Edition, a.Restricted); why != "" {
			return why
		}
	}
	if len(countedAgainst[Binding](o, SlotKey(organization, Cliq, ""))) > 0 {
		return "it has a Cliq binding"
	}
	return ""
}

// whyEmailOnly is the part of an organization's own spec.
func whyEmailOnly(edition v1alpha1.Edition, restricted bool) string {
	switch {
	case restricted:
		return "it has spec.ipRestriction"
	case limitedEdition(edition):
		return "it is on " + string(edition)
	}
	return ""
}
