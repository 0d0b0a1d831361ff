// SPDX-License-Identifier: Apache-2.0

package rules

// Used is the number of places taken under one limit, and the limit. After a limit was lowered, more can be used than the limit (L9).
type Used struct{ Used, Limit int32 }

// Over reports whether more is used than the limit.
func (u Used) Over() bool { return u.Used > u.Limit }

// Usage is one user's usage of each limit.
type Usage struct {
	Organizations      Used // L1
	Created            Used // L2
	CRMPlusCreated     Used // L3
	CRMPlusInvited     Used // L4
	ZohoOneInternal    Used // L5
	PendingInvitations Used // L7
}

// Over reports whether any limit is exceeded.
func (u Usage) Over() bool {
	return u.Organizations.Over() || u.Created.Over() || u.CRMPlusCreated.Over() ||
		u.CRMPlusInvited.Over() || u.ZohoOneInternal.Over() || u.PendingInvitations.Over()
}

// UsageOf counts a user's usage of each limit, as Limits would count it.
func UsageOf(o Outlook, user string) Usage { return usageUnder(o, o.Policy(), user) }

// usageUnder counts a user's usage by the limits of a policy, which need not be in force.
func usageUnder(o Outlook, policy Policy, user string) Usage {
	j := judgement{Outlook: o, policy: policy, on: map[onEdition]bool{}}
	of := func(rule string) Used {
		for _, l := range perUser {
			if l.rule == rule {
				return Used{j.used(l, user, ""), l.max(j.policy)}
			}
		}
		panic("rules: no limit " + rule)
	}
	return Usage{
		Organizations:      of("L1"),
		Created:            of("L2"),
		CRMPlusCreated:     of("L3"),
		CRMPlusInvited:     of("L4"),
		ZohoOneInternal:    of("L5"),
		PendingInvitations: Used{o.pending(user), j.policy.PendingPerUser},
	}
}

// pending counts a user's pending invitations (L7).
func (o Outlook) pending(user string) int32 {
	var n int32
	for _, f := range countedAgainst[Offer](o, UserKey(user)) {
		if !o.Ended(f.Organization) {
			n++
		}
	}
	return n
}
