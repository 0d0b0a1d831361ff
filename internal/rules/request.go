// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"time"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// OrganizationRequest judges what a person asks for (F2, O7, R4, R6, R9). Limits judges that nobody asks twice for the same thing at once.
// An organization that is not there gets the same answer as one that is not the author's. So nobody learns of it by asking (U3).
func OrganizationRequest(o Outlook, act Act, before, after *v1alpha1.OrganizationRequest) Violations {
	switch {
	case before != nil && after != nil && untouched(before, after, before.Spec, after.Spec):
		return nil // Metadata judges all other changes
	case after == nil || before != nil:
		return platformOnly(act, "R9", "change or delete a request", "it is removed by itself an hour after it is done")
	case act.Actor.Email == "":
		return forbidden("U2", "your sign-in name is no e-mail address in lower case, so there is nobody to act for; change the objects themselves as a platform actor")
	case after.Spec.User != act.Actor.Email:
		return forbidden("R9", "a request is made by its author; the webhook that says who that is did not run: ask the platform's administrators")
	}
	if vs := o.mayAsk(act.of(after), after.Spec); len(vs) > 0 {
		return vs
	}
	return namesSubject(after)
}

// namesSubject refuses a request without the object that it is about. An older webhook stamped it, or the author's place came only after the
// stamp. Nobody else gets here, so the refusal tells nothing (U3).
func namesSubject(r *v1alpha1.OrganizationRequest) Violations {
	if r.Spec.SubjectUID == "" {
		return again("R9", "your place in %s is so new that the request could not be bound to it yet", r.Spec.Organization)
	}
	return nil
}

// of is the act of a request's author, as a person. A platform actor's further rights have no part in it.
func (a Act) of(r *v1alpha1.OrganizationRequest) Act {
	a.Actor = Author(r)
	return a
}

// Author is the person who asks.
func Author(r *v1alpha1.OrganizationRequest) Actor { return Actor{Email: r.Spec.User} }

// AsksForThemselves refuses a request in which its author names somebody else.
func AsksForThemselves(r *v1alpha1.OrganizationRequest, author string) Violations {
	if r.Spec.User == "" || r.Spec.User == author {
		return nil
	}
	return forbidden("R9", "you ask for yourself alone; leave spec.user out")
}

// mayAsk judges a request as far as its organization need not be read for it.
func (o Outlook) mayAsk(act Act, asked v1alpha1.OrganizationRequestSpec) Violations {
	person, organization := act.Actor.Email, asked.Organization
	switch asked.Action {
	case v1alpha1.RequestChooseDefault:
		if o.Role(person, organization) == "" {
			return NotTheirDefault()
		}
	case v1alpha1.RequestLeave:
		if !o.hasPlace(person, in(organization)) {
			return forbidden("R6", "you are no member of an organization of that name; a SelfReview lists your organizations")
		}
		return deleteMembership(o, act, organization, &v1alpha1.Membership{Spec: v1alpha1.MembershipSpec{User: person}})
	default:
		if !o.administers(act, organization) {
			return forbidden("R4", "you administer no organization of that name; a SelfReview lists your organizations and your role in each")
		}
	}
	return nil
}

// NotTheirDefault refuses an organization as the default of somebody who is no active member of it. It tells nothing of the organization
// (U3).
func NotTheirDefault() Violations {
	return forbidden("F2", "you are no active member of an organization of that name, so it cannot be your default; a SelfReview lists your organizations")
}

// requestOpenFor is the time for which a request is tried. Later its author has forgotten it, and the world has changed.
const requestOpenFor = time.Hour

// RequestLapses is the instant from which a request is not carried out any more (R9).
func RequestLapses(createdAt time.Time) time.Time { return createdAt.Add(requestOpenFor) }

// RequestLapsed reports whether a request is too old to be carried out (R9).
func RequestLapsed(r *v1alpha1.OrganizationRequest, now time.Time) bool {
	return !now.Before(RequestLapses(r.CreationTimestamp.Time))
}

// RequestsKept is how many requests of one person there may be, with those that were done in the last hour (R9).
const RequestsKept = 30

// asked judges the number of a person's requests.
func (j judgement) asked(c Claim) Violations {
	holders := map[string]bool{}
	for _, other := range countedAgainst[Claim](j.Outlook, ClaimKey(c.Kind, c.Name)) {
		holders[other.Holder] = true
	}
	delete(holders, c.Holder)
	if used := int32(len(holders)); used >= RequestsKept {
		return exceeded("R9", used, RequestsKept, "you have asked for as much as one person can in an hour; each request is removed an hour after it is done")
	}
	return nil
}

// RequestName is the name under which a request is claimed until it is done. A person has one default, and chooses it in one place at a
// time. So the later of two choices always stands.
func RequestName(asked v1alpha1.OrganizationRequestSpec) string {
	if asked.Action == v1alpha1.RequestChooseDefault {
		return string(asked.Action) + "/" + asked.User
	}
	return string(asked.Action) + "/" + asked.User + "/" + asked.Organization
}

// GeneratedName judges the name of an act as its author sends it. All acts of one kind, of all authors, share one space of names. A name
// that the author chose could be another tenant's, and the refusal would reveal that (U3).
func GeneratedName(name string) Violations {
	if name == "" {
		return nil
	}
	return invalid("U3", "metadata.name", "the API server gives it its name; leave metadata.name out, "+
		"write metadata.generateName instead, and use kubectl create")
}
