// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

// changeOf is the change that a replica's webhook makes from a request.
func (s *simulation) changeOf(r *request, before, after client.Object) *journal.Change {
	subject, version := after, ""
	if before != nil {
		subject, version = before, before.GetResourceVersion()
	}
	c := &journal.Change{
		Kind: kindOf(subject), Name: client.ObjectKeyFromObject(subject), UID: subject.GetUID(),
		Operation: operation(before, after), ResourceVersion: version,
		Before: factsOf(before), After: factsOf(after), DryRun: r.dryRun,
	}
	switch {
	case s.counted && r.actor.Platform:
		c.Actor = journal.PlatformActor(s.current.name)
	case s.counted:
		c.Actor = r.actor.Email
	}
	organization := facts.OrganizationOf(subject.GetNamespace())
	was := factsOf(before)
	switch ending := before != nil && before.GetDeletionTimestamp() != nil; {
	case ending && after != nil && len(after.GetFinalizers()) == 0:
		c.Operation, c.After = facts.Delete, nil
	case ending && after == nil && len(before.GetFinalizers()) > 0:
		c.Operation, c.After = facts.Update, was
	}
	c.Judge = func(o rules.Outlook) rules.Violations {
		act := rules.Act{Actor: r.actor, Now: s.now, BaseDomain: baseDomain}
		violations := judges[c.Kind](o, act, organization, before, after)
		if violations.Forbid() {
			return violations
		}
		return append(violations, rules.Limits(o, act, was, c.After)...)
	}
	return c
}

func factsOf(o client.Object) []rules.Fact {
	if o == nil {
		return nil
	}
	return facts.Of(o, baseDomain)
}

type judge func(o rules.Outlook, act rules.Act, organization string, before, after client.Object) rules.Violations

var judges = map[string]judge{
	"Organization":        clusterWide(rules.Organization),
	"Membership":          namespaced(rules.Membership),
	"Invitation":          namespaced(rules.Invitation),
	"InvitationResponse":  clusterWide(rules.InvitationResponse),
	"IntegrationBinding":  namespaced(rules.IntegrationBinding),
	"HostReservation":     clusterWide(rules.HostReservation),
	"OrganizationRequest": clusterWide(rules.OrganizationRequest),
	"PlatformPolicy":      clusterWide(rules.PlatformPolicy),
}

// kinds are those that a view watches, always in the same order.
var kinds = []string{"HostReservation", "IntegrationBinding", "Invitation", "InvitationResponse", "Membership", "Organization", "OrganizationRequest",
	"PlatformPolicy", "User"}

func clusterWide[T any](of func(rules.Outlook, rules.Act, *T, *T) rules.Violations) judge {
	return func(o rules.Outlook, act rules.Act, _ string, before, after client.Object) rules.Violations {
		return of(o, act, typed[T](before), typed[T](after))
	}
}

func namespaced[T any](of func(rules.Outlook, rules.Act, string, *T, *T) rules.Violations) judge {
	return func(o rules.Outlook, act rules.Act, organization string, before, after client.Object) rules.Violations {
		return of(o, act, organization, typed[T](before), typed[T](after))
	}
}

func typed[T any](o client.Object) *T {
	t, _ := any(o).(*T)
	return t
}
