// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/rules"
)

// report says how far the claim holds, and which DNS record proves it.
func (d *domain) report(say status.Conditions, held bool) {
	s := &d.o.org.Status
	s.CustomDomain = d.claim.Status(d.challenge.Value, s.CustomDomain, d.now)
	text := d.claim.Text(d.challenge.Value, d.now)
	d.reportReady(say, held, text)
	if !d.claim.Ending(d.now) {
		say.Remove(v1alpha1.ConditionCustomDomainEnding)
		return
	}
	reason := v1alpha1.ReasonClaimEnding
	if d.claim.Holds() {
		reason = v1alpha1.ReasonRecordMissing
	}
	say.True(v1alpha1.ConditionCustomDomainEnding, reason, text)
}

func (d *domain) reportReady(say status.Conditions, held bool, text string) {
	const kind = v1alpha1.ConditionCustomDomainReady
	found := d.claim.Waived || d.claim.Last.Answer == rules.DomainFound
	state := d.claim.State(d.now)
	switch {
	case d.reserved:
		say.False(kind, v1alpha1.ReasonHostNotFree, fmt.Sprintf(
			"%s is not served: the platform reserves it, and not for this organization. Ask the platform to free it, or choose another domain (A2, A8)", d.claim.Domain))
	case !held && d.taken && found:
		say.False(kind, v1alpha1.ReasonHostNotFree, rules.DomainTakenText(d.claim.Domain))
	case state == rules.DomainLapsed:
		say.False(kind, v1alpha1.ReasonDomainLapsed, text)
	case state == rules.DomainProvisional:
		say.False(kind, v1alpha1.ReasonDomainUnproved, text)
	case !held:
		say.False(kind, v1alpha1.ReasonProgressing, "The domain is proved, and is about to be claimed")
	case state == rules.DomainMissing:
		say.True(kind, v1alpha1.ReasonRecordMissing, text)
	case d.claim.Waived:
		say.True(kind, v1alpha1.ReasonProofWaived, text)
	default:
		say.True(kind, v1alpha1.ReasonDomainProved, text)
	}
}

// domainNews tells that a custom domain was proved, or that the claim to it has ended. Keeper tells that it is about to end.
func (r *Reconciler) domainNews(before, after *v1alpha1.Organization) {
	was, is := domainState(before), domainState(after)
	switch {
	case is == was:
	case is == v1alpha1.CustomDomainProved && was != v1alpha1.CustomDomainMissing:
		r.tellDomain(after, corev1.EventTypeNormal, v1alpha1.ReasonDomainProved, after.Status.CustomDomain.Host+" is proved to belong to the organization")
	case is == v1alpha1.CustomDomainProved:
		r.tellDomain(after, corev1.EventTypeNormal, v1alpha1.ReasonDomainProved, "The DNS record of "+after.Status.CustomDomain.Host+" is back")
	case is == v1alpha1.CustomDomainLapsed:
		r.tellDomain(after, corev1.EventTypeWarning, v1alpha1.ReasonDomainLapsed,
			"The claim to "+after.Status.CustomDomain.Host+" has ended; the condition CustomDomainReady says why, and how to begin anew (A8)")
	}
}

func (r *Reconciler) tellDomain(org *v1alpha1.Organization, kind, reason, text string) {
	r.Events.Eventf(org, nil, kind, reason, "Reconcile", "%s", text)
}

func domainState(org *v1alpha1.Organization) v1alpha1.CustomDomainState {
	if org.Status.CustomDomain == nil {
		return ""
	}
	return org.Status.CustomDomain.State
}
