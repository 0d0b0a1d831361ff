// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// ReservationEnd is the instant until which a host that is given up now stays reserved to its former holder (A6, A7). Days are counted in
// UTC, where each has 24 hours, so the operator's own time zone changes nothing.
func (p Policy) ReservationEnd(now time.Time) time.Time {
	return now.UTC().Add(days(p.ReservationDays)).Truncate(time.Second)
}

// putsBack reports whether another claim to a host comes from a reservation for a former organization of the same name, which a platform
// actor puts back (A6). Only a creation puts it back. A later change could give the former one's links to a stranger of the same name (A2).
func (j judgement) putsBack(c, other Claim) bool {
	org, is := j.organization()
	if created := len(j.before) == 0; !is || !created || c.Kind != ClaimHost || !j.act.Actor.Platform {
		return false
	}
	return slices.ContainsFunc(reliedOn[Reservation](j.Outlook, ReservationKey(c.Name)), func(r Reservation) bool {
		return r.Holder == other.Holder && r.Organization == org.Organization
	})
}

// organization is the account that the object under judgement states, if it is an Organization.
func (j judgement) organization() (Account, bool) {
	return find(j.after, func(Account) bool { return true })
}

// reservesOwn reports whether a HostReservation keeps a host for an organization that has the host itself. If two organizations got past
// admission with one host, each of them can give it up. The organization's own claim can lapse by its status, so it is read live.
func (j judgement) reservesOwn(c Claim) bool {
	if _, is := find(j.after, func(r Reservation) bool { return r.Host == c.Name && r.Organization != "" }); !is {
		return false
	}
	_, has := j.reliedOnLapsing(ClaimKey(c.Kind, c.Name), func(f Lapsing) bool { return f == Lapsing(c) })
	return has
}

// hostTaken names the field that has the host. An organization states an account beside its hosts. A HostReservation has its one host as its
// name. Platform actors learn until when a host is reserved, and how to free it; nobody else learns why it is not free (U3).
func (j judgement) hostTaken(host string) Violations {
	const field = "spec.accessURL"
	if _, is := j.organization(); !is {
		return invalid("A2", "metadata.name", "the host %s is in use or reserved; it can be reserved once it is given up", host)
	}
	r, reserved := j.onlyReserved(host)
	switch {
	case !reserved || !j.act.Actor.Platform:
		return invalid("A2", field, "the host %s is not free; choose another", host)
	case r.ExpiresAt == 0:
		return invalid("A2", field, "the host %s is reserved for %s without an end; choose another, or free it with kubectl delete hostreservation %s",
			host, r.keptFor(), host)
	}
	return invalid("A2", field, "the host %s is reserved for %s until %s; choose another, or free it with kubectl delete hostreservation %s",
		host, r.keptFor(), r.end().Format(time.RFC3339), host)
}

// onlyReserved is the reservation of a host if nothing else has the host: its deletion frees the host.
func (j judgement) onlyReserved(host string) (Reservation, bool) {
	reservations, claims := possible[Reservation](j.Outlook, ReservationKey(host)), possible[Claim](j.Outlook, ClaimKey(ClaimHost, host))
	if len(reservations) != 1 || len(claims) != 1 {
		return Reservation{}, false
	}
	return reservations[0], true
}

func (r Reservation) keptFor() string { return cmp.Or(r.Organization, "no organization") }

func (r Reservation) end() time.Time { return time.Unix(r.ExpiresAt, 0).UTC() }

// adviseFormer tells a platform actor that a new organization gets none of the hosts that are reserved to a former one of its name, because
// it asks for none of them (A2, A6).
func (o Outlook) adviseFormer(act Act, organization string, asked []string) []string {
	former := possible[Reservation](o, ReservedToKey(organization))
	asksForOne := slices.ContainsFunc(former, func(r Reservation) bool { return slices.Contains(asked, r.Host) })
	if !act.Actor.Platform || len(former) == 0 || asksForOne {
		return nil
	}
	return []string{fmt.Sprintf("%s reserved to a former organization %s, and this one gets none of them, because it asks for none; "+
		"to hand one over, set spec.heldFor.uid of its HostReservation to the UID of this organization [A6]",
		Number(len(former), "host is", "hosts are"), organization)}
}
