// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Any number of organizations can ask for a domain. One of them at a time can have it to itself: the one that claims it by an annotation. The
// operator writes that once the domain is proved. The write passes admission, which counts it as any other host that is taken (A2, A8).

// DomainClaimMark is the annotation by which an organization claims a domain. It has the UID: a copy of the annotation in a later
// organization of the same name, or in another cluster, claims nothing.
func DomainClaimMark(org *v1alpha1.Organization, domain string) string {
	return string(org.UID) + "/" + domain
}

// ClaimedDomain is the domain that an organization claims to have to itself; empty if there is none.
func ClaimedDomain(org *v1alpha1.Organization) string {
	uid, domain, _ := strings.Cut(org.Annotations[v1alpha1.DomainClaimAnnotation], "/")
	if uid == "" || uid != string(org.UID) {
		return ""
	}
	return domain
}

// HoldsDomain reports whether an organization keeps all others from a domain. It does so until its status has given the domain up too.
func HoldsDomain(org *v1alpha1.Organization, domain string) bool {
	return ClaimedDomain(org) == domain || slices.Contains(org.Status.Hosts, domain)
}

// DomainClaimOf is an organization's claim as its status keeps it; empty if there is none.
func DomainClaimOf(org *v1alpha1.Organization) DomainClaim {
	s := org.Status.CustomDomain
	if s == nil {
		return DomainClaim{}
	}
	c := DomainClaim{
		Domain: s.Host, Holder: s.OrganizationUID, ProvedAt: instantOf(s.ProvedAt), Until: instantOf(s.EndsAt),
		Answered: instantOf(s.AnsweredRequest), Waived: s.Waived,
	}
	if l := s.LastLook; l != nil {
		c.Misses, c.Fruitless, c.LookedAt = l.Misses, l.Fruitless, l.At.UTC()
		c.Last = DomainLook{Answer: DomainAnswer(l.Answer), Reason: l.Message}
		if l.RepeatsUntil != nil {
			c.Last.Repeats = l.RepeatsUntil.Sub(l.At.Time)
		}
	}
	return c
}

// Status is the claim as a status keeps it, at an instant. Value is that of the record which proves it, and was the status before.
func (c DomainClaim) Status(value string, was *v1alpha1.CustomDomainStatus, now time.Time) *v1alpha1.CustomDomainStatus {
	s := &v1alpha1.CustomDomainStatus{
		Host: c.Domain, OrganizationUID: c.Holder, Record: v1alpha1.DNSRecord{Name: ChallengeName(c.Domain), Value: value},
		State: v1alpha1.CustomDomainState(c.State(now)), Since: metav1.NewTime(inSeconds(now)),
		ProvedAt: timeOf(c.ProvedAt), EndsAt: timeOf(c.Until), Waived: c.Waived, AnsweredRequest: timeOf(c.Answered),
	}
	if was != nil && was.Host == s.Host && was.OrganizationUID == s.OrganizationUID && was.State == s.State {
		s.Since = was.Since
	}
	if !c.LookedAt.IsZero() {
		s.LastLook = &v1alpha1.DNSLook{
			At: metav1.NewTime(c.LookedAt), Answer: v1alpha1.DNSAnswer(c.Last.Answer), Message: c.Last.Reason, Misses: c.Misses, Fruitless: c.Fruitless,
		}
		if c.Last.Repeats >= time.Second {
			s.LastLook.RepeatsUntil = timeOf(inSeconds(c.LookedAt.Add(c.Last.Repeats)))
		}
	}
	return s
}

// ToldDomainValue is the value of the DNS record that an organization was told last, for this very domain; empty if it was told none.
func ToldDomainValue(org *v1alpha1.Organization, domain string) string {
	s := org.Status.CustomDomain
	if s == nil || s.Host != domain || s.OrganizationUID != org.UID {
		return ""
	}
	return s.Record.Value
}

// ContestedLook is when the record is to be looked up because of what DNS said of a rival. A rival who has published the record may be the
// domain's owner now, and the holder's record may be gone. A claim that lost the domain to another one can have it when that one's record is
// missing. A look that came after the rival's needs no other.
func (c DomainClaim) ContestedLook(rival DomainClaim, now time.Time) (at time.Time, needed bool) {
	if c.Domain != rival.Domain || c.Waived || rival.LookedAt.Before(c.LookedAt) {
		return time.Time{}, false
	}
	published := c.Holds() && !rival.Holds() && rival.Last.Answer == DomainFound
	given := !c.Holds() && c.Last.Answer == DomainFound && rival.State(now) == DomainMissing
	return c.LookedAt.Add(requestWait), published || given
}

// Ending reports whether the claim ends soon unless somebody acts.
func (c DomainClaim) Ending(now time.Time) bool {
	return c.State(now) == DomainMissing || c.LapsesSoon(now)
}

func instantOf(t *metav1.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func timeOf(t time.Time) *metav1.Time {
	if t.IsZero() {
		return nil
	}
	return &metav1.Time{Time: t}
}
