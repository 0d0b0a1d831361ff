// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// An organization proves that a custom domain is its own by a DNS record, the challenge. The value of the record is the organization's alone
// (A8). The operator looks the record up again and again. A claim that is not proved keeps nobody else out (A2).

// challengeLabel stands before a domain in the name of its challenge.
const challengeLabel = "_polyorg-challenge."

// ChallengeName is the DNS name of the TXT record that proves a domain.
func ChallengeName(domain string) string { return challengeLabel + domain }

// maxDNSName is the length of the longest name that DNS has, without the dot at its end.
const maxDNSName = 253

// DomainAnswer is what DNS says of a challenge.
type DomainAnswer string

// The answers.
const (
	DomainFound    DomainAnswer = "Found"    // the record is there
	DomainNotFound DomainAnswer = "NotFound" // DNS says that it is not
	DomainUnknown  DomainAnswer = "Unknown"  // DNS did not say; it never counts against a claim
)

// DomainLook is the result of one look-up of a challenge.
type DomainLook struct {
	Answer DomainAnswer
	// Reason says in words for people why the record was not found; empty if it was.
	Reason string
	// Repeats is for how long the resolver may give the same answer from its memory, whatever DNS says meanwhile.
	Repeats time.Duration
}

// DomainClaim is the claim of one organization to a custom domain. The organization's status keeps it.
type DomainClaim struct {
	Domain string
	Holder types.UID // of the organization: a later one of the same name begins a claim of its own (A2)
	// ProvedAt is when the domain was proved; zero: it is not, or no longer.
	ProvedAt time.Time
	// Until is when the claim lapses, unless the record is found before; zero: never. It is promised: a policy that changes later does not
	// move it (L9).
	Until time.Time
	// Misses are the looks in a row that did not find the record of a domain that is proved.
	Misses int32
	// Fruitless are the looks in a row that did not find the record, for whatever reason.
	Fruitless int32
	// LookedAt is when the last look ended, and Last its result.
	LookedAt time.Time
	Last     DomainLook
	// Answered is the time of the latest request for a look that was answered.
	Answered time.Time
	// Waived: the platform needs no proof.
	Waived bool
}

// DomainState is how far a claim holds.
type DomainState string

// The states. A domain is served and held in the states Proved and Missing.
const (
	DomainProvisional DomainState = "Provisional" // not proved yet; it waits for the proof for some days
	DomainProved      DomainState = "Proved"      // proved, or waived
	DomainMissing     DomainState = "Missing"     // proved once, and the record is not there any more; it is given some days to come back
	DomainLapsed      DomainState = "Lapsed"      // those days are over
)

const (
	// enoughMisses is how many looks must miss the record of a proved domain before the claim lapses. At one an hour they take a day. So a
	// resolver that is wrong for a moment ends no claim, nor does an operator that was away for a week.
	enoughMisses = 24
	// firstWait follows the first fruitless look, and doubles up to longestWait.
	firstWait   = time.Minute
	longestWait = time.Hour
	// settledWait is the time between looks of a claim that is proved, or has lapsed.
	settledWait = 24 * time.Hour
	// requestWait is the shortest time between two looks, however many are asked for.
	requestWait = 10 * time.Second
	// lapseWarning is how long before its end a claim is said to be ending.
	lapseWarning = 48 * time.Hour
)

// ClaimDomain goes on with an organization's claim to a domain. It begins another if the domain or the organization is another. A waiver
// proves; when it ends, the domain is served for the days in which the record can come.
func ClaimDomain(p Policy, c DomainClaim, holder types.UID, domain string, waived bool, now time.Time) DomainClaim {
	now = inSeconds(now)
	if c.Domain != domain || c.Holder != holder {
		c = DomainClaim{Domain: domain, Holder: holder, Until: p.unprovedEnd(now)}
	}
	switch {
	case waived && !c.Waived:
		c = c.proved(now)
	case c.Waived && !waived:
		c.Until, c.Last, c.LookedAt = p.unprovedEnd(now), DomainLook{}, time.Time{}
	}
	c.Waived = waived
	return c
}

// unprovedEnd is how long a domain whose record is not there now is claimed all the same.
func (p Policy) unprovedEnd(now time.Time) time.Time {
	return now.Add(days(cmp.Or(p.UnprovedDays, DefaultPolicy.UnprovedDays))) // an earlier version's policy has no number
}

// inSeconds is an instant as a status can keep it.
func inSeconds(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// proved is the claim whose proof is there. The time of the first proof stays.
func (c DomainClaim) proved(now time.Time) DomainClaim {
	if c.ProvedAt.IsZero() {
		c.ProvedAt = now
	}
	c.Until, c.Misses, c.Fruitless = time.Time{}, 0, 0
	return c
}

// Looked is the claim after a look, which answers the request of a given time too.
func (c DomainClaim) Looked(p Policy, l DomainLook, requested, now time.Time) DomainClaim {
	now = inSeconds(now)
	c.Last, c.LookedAt = l, now
	if requested.After(c.Answered) {
		c.Answered = requested
	}
	switch l.Answer {
	case DomainFound:
		return c.proved(now)
	case DomainNotFound:
		return c.missed(p, now)
	}
	c.Fruitless++
	return c
}

// missed is the claim after a look that did not find its record. One that was proved lapses at the end of its days, if they had looks enough.
func (c DomainClaim) missed(p Policy, now time.Time) DomainClaim {
	c.Fruitless++
	if c.ProvedAt.IsZero() || c.Waived {
		return c
	}
	c.Misses++
	if c.Until.IsZero() {
		c.Until, c.Misses, c.Fruitless = p.unprovedEnd(now), 1, 1
	}
	if !now.Before(c.Until) && c.Misses >= enoughMisses {
		return c.Displaced(now)
	}
	return c
}

// Displaced is the claim that lost the domain: to the claim that TakesDomain, or because its record was missing too long. It can be proved
// anew, and counts as the younger one then. A waiver stays, because only the platform ends it.
func (c DomainClaim) Displaced(now time.Time) DomainClaim {
	if c.Waived {
		return c
	}
	c.ProvedAt, c.Until, c.Misses = time.Time{}, inSeconds(now), 0
	return c
}

// State is how far the claim holds at an instant.
func (c DomainClaim) State(now time.Time) DomainState {
	switch {
	case !c.ProvedAt.IsZero() && c.Until.IsZero():
		return DomainProved
	case !c.ProvedAt.IsZero():
		return DomainMissing // until a look, not the clock alone, has ended it
	case now.Before(c.Until):
		return DomainProvisional
	}
	return DomainLapsed
}

// Holds reports whether the organization may have the domain to itself, and be served there.
func (c DomainClaim) Holds() bool { return !c.ProvedAt.IsZero() }

// LapsesSoon reports whether the claim is in its last days.
func (c DomainClaim) LapsesSoon(now time.Time) bool {
	state := c.State(now)
	ends := state == DomainProvisional || state == DomainMissing
	return ends && !now.Before(c.Until.Add(-lapseWarning))
}

// TakesDomain reports whether a claim takes a domain that another claim holds or wants (A2). Without a proof it takes none. A record that is
// there counts more than one that was. Between two of a kind, the domain stays with the one that was proved first.
func (c DomainClaim) TakesDomain(other DomainClaim, now time.Time) bool {
	if !c.Holds() || c.Domain != other.Domain || c.Holder == other.Holder {
		return false
	}
	there, otherThere := c.State(now) == DomainProved, other.State(now) == DomainProved
	switch {
	case !other.Holds():
		return true
	case there != otherThere:
		return there
	case !c.ProvedAt.Equal(other.ProvedAt):
		return c.ProvedAt.Before(other.ProvedAt)
	}
	return c.Holder < other.Holder
}

// NextLook is when the record is to be looked up next. A claim that is waived needs no look.
func (c DomainClaim) NextLook(requested, now time.Time) (at time.Time, needed bool) {
	switch state := c.State(now); {
	case c.Waived:
		return time.Time{}, false
	case c.LookedAt.IsZero():
		return now, true
	case requested.After(c.Answered):
		return c.LookedAt.Add(requestWait), true
	case state == DomainLapsed, state == DomainProved && c.Last.Answer == DomainFound:
		return c.LookedAt.Add(settledWait), true
	}
	return c.LookedAt.Add(backoff(c.Fruitless)), true
}

// backoff is the time to wait after so many fruitless looks in a row.
func backoff(fruitless int32) time.Duration {
	wait := firstWait
	for i := int32(1); i < fruitless && wait < longestWait; i++ {
		wait *= 2
	}
	return min(wait, longestWait)
}

// NextChange is the next instant at which the clock alone changes what is said of the claim; zero if there is none.
func (c DomainClaim) NextChange(now time.Time) time.Time {
	if state := c.State(now); state != DomainProvisional && state != DomainMissing {
		return time.Time{}
	}
	for _, at := range []time.Time{c.Until.Add(-lapseWarning), c.Until} {
		if at.After(now) {
			return at
		}
	}
	return time.Time{}
}

// RequestedDomainLook is the time at which somebody last asked for a look at once; zero if nobody did. It is in seconds, as a status keeps
// the one that was answered.
func RequestedDomainLook(org *v1alpha1.Organization) (time.Time, error) {
	at, err := requestedAt(org, v1alpha1.VerifyDomainRequestedAtAnnotation)
	return inSeconds(at), err
}

// DomainProofWaived reports whether the platform needs no proof of the custom domain that an organization has now.
func DomainProofWaived(org *v1alpha1.Organization) bool {
	domain := CustomDomain(org)
	return domain != "" && org.Annotations[v1alpha1.DomainProofWaivedAnnotation] == domain
}

// DomainProof judges what is asked of the proof of a custom domain: a look at once, a waiver, and a domain that no record can prove (A8).
// Metadata judges who may write these annotations. For a creation, before is an empty organization.
func DomainProof(act Act, before, after *v1alpha1.Organization) Violations {
	vs := append(domainRequest(act, before, after), domainWaiver(before, after)...)
	domain := CustomDomain(after)
	if longest := maxDNSName - len(challengeLabel); domain != CustomDomain(before) && len(domain) > longest && !DomainProofWaived(after) {
		vs = append(vs, invalid("A8", "spec.accessURL.customDomain",
			"a domain of more than %d characters cannot have the DNS record that proves it; use a shorter one", longest)...)
	}
	return vs
}

func domainRequest(act Act, before, after metav1.Object) Violations {
	const field = "metadata.annotations[" + v1alpha1.VerifyDomainRequestedAtAnnotation + "]"
	text := after.GetAnnotations()[v1alpha1.VerifyDomainRequestedAtAnnotation]
	if text == before.GetAnnotations()[v1alpha1.VerifyDomainRequestedAtAnnotation] {
		return nil
	}
	at, err := requestedAt(after, v1alpha1.VerifyDomainRequestedAtAnnotation)
	switch example := act.Now.UTC().Format(time.RFC3339); {
	case err != nil:
		return invalid("A8", field, "%s; write for example %s", err, example)
	case at.Sub(act.Now) > resendAhead:
		return invalid("A8", field, "%s is in the future; write the time of now, %s", at.Format(time.RFC3339), example)
	}
	return nil
}

// domainWaiver refuses a waiver that would have no effect, as one with a slip would.
func domainWaiver(before, after *v1alpha1.Organization) Violations {
	const field = "metadata.annotations[" + v1alpha1.DomainProofWaivedAnnotation + "]"
	waived := after.Annotations[v1alpha1.DomainProofWaivedAnnotation]
	if waived == "" || waived == before.Annotations[v1alpha1.DomainProofWaivedAnnotation] || DomainProofWaived(after) {
		return nil
	}
	return invalid("A8", field, "it waives the proof of %q, and the organization's custom domain is %q; write that domain, or leave the annotation out",
		waived, CustomDomain(after))
}

// Text says how far the claim holds and what its organization can do, in words for its administrators. Challenge is the value that the
// record is to have.
func (c DomainClaim) Text(challenge string, now time.Time) string {
	switch until := c.Until.UTC().Format(time.RFC3339); c.State(now) {
	case DomainProvisional:
		return fmt.Sprintf("%s is not served: nothing proves yet that it belongs to this organization. %s The claim ends at %s.%s (A8)",
			c.Domain, c.instruction(challenge), until, c.lastText())
	case DomainMissing:
		return fmt.Sprintf("%s is served until %s: the DNS record of its proof is missing. %s%s (A8)",
			c.Domain, until, c.instruction(challenge), c.lastText())
	case DomainLapsed:
		return fmt.Sprintf("%s is not served: the claim ended at %s, because its DNS record was not found. %s Then set the annotation %s to the time of now.%s (A8)",
			c.Domain, until, c.instruction(challenge), v1alpha1.VerifyDomainRequestedAtAnnotation, c.lastText())
	}
	if c.Waived {
		return fmt.Sprintf("The platform needs no proof that %s belongs to this organization (A8)", c.Domain)
	}
	return fmt.Sprintf("A DNS record proves that %s belongs to this organization. Keep the TXT record %s.%s (A8)",
		c.Domain, ChallengeName(c.Domain), c.lastText())
}

func (c DomainClaim) instruction(challenge string) string {
	return fmt.Sprintf("Write a DNS record of type TXT, with the name %q and the value %q.", ChallengeName(c.Domain), challenge)
}

// lastText says what the last look did not find. A resolver that remembers its answer is named, so that nobody looks for another mistake.
func (c DomainClaim) lastText() string {
	if c.Last.Reason == "" {
		return ""
	}
	text := fmt.Sprintf(" At the last look, at %s, %s.", c.LookedAt.UTC().Format(time.RFC3339), c.Last.Reason)
	if repeats := c.Last.Repeats; repeats >= firstWait {
		text += fmt.Sprintf(" The DNS resolver may repeat this answer until %s.", c.LookedAt.Add(repeats).UTC().Format(time.RFC3339))
	}
	return text
}

// DomainTakenText says to an organization that another one has the domain. It does not say which (U3).
func DomainTakenText(domain string) string {
	return fmt.Sprintf("%s is not served: it is proved and in use elsewhere. If it is yours alone, remove the other TXT records of the name %s; "+
		"or choose another domain (A2, A8)", domain, ChallengeName(domain))
}
