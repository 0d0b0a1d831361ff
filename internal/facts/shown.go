// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"cmp"
	"iter"
	"maps"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// What reviews show of an object beside its facts. No rule judges by it, so neither entries nor fences tell of it.
type (
	membershipShown   int64  // when it was created, in Unix seconds
	invitationShown   string // who invites
	organizationShown rules.Title
	userShown         struct {
		chosen, current string
		hadOne          bool
	}
)

// shownOf is what reviews show of an object.
func shownOf(obj client.Object) any {
	switch o := obj.(type) {
	case *v1alpha1.Membership:
		return membershipShown(o.CreationTimestamp.Unix())
	case *v1alpha1.Invitation:
		return invitationShown(shared(cmp.Or(o.Status.InvitedBy, o.Spec.InvitedBy)))
	case *v1alpha1.Organization:
		shown := organizationShown{DisplayName: o.Spec.DisplayName, AccessURL: o.Status.AccessURL}
		if o.Spec.Suspended != nil {
			shown.Suspended = o.Spec.Suspended.Reason
		}
		return shown
	case *v1alpha1.OrganizationRequest:
		return requestShown(o)
	case *v1alpha1.InvitationResponse:
		return responseShown(o)
	case *v1alpha1.User:
		return userShown{shared(o.Spec.DefaultOrganization), shared(o.Status.DefaultOrganization), HadDefault(o)}
	}
	return nil
}

// HadDefault reports whether a User has had a default. From then on none is chosen for them, as long as their User exists (F3).
func HadDefault(u *v1alpha1.User) bool {
	c := meta.FindStatusCondition(u.Status.Conditions, v1alpha1.ConditionDefaultOrganizationChosen)
	return u.Status.DefaultOrganization != "" || (c != nil && c.Reason == v1alpha1.ReasonChoiceDue)
}

// Person is what is shown of one person. It takes one look-up, and one more for each of their organizations.
func (w World) Person(email string) rules.Person {
	p := rules.Person{
		Email: email, Requests: w.view.acts.of(email), Joined: map[string]time.Time{}, Organizations: map[string]rules.Title{}, Invitations: map[string]rules.Letter{},
	}
	for _, s := range w.view.index.under(rules.UserKey(email)) {
		organization := organizationIn(s.stated())
		switch shown := s.object.shown.(type) {
		case membershipShown:
			p.Joined[organization] = time.Unix(int64(shown), 0)
		case invitationShown:
			p.Invitations[string(s.object.uid)] = rules.Letter{Name: s.object.name.Name, InvitedBy: string(shown)}
		}
		p.Organizations[organization] = w.title(organization)
	}
	if u, is := w.shown("User", rules.ObjectName(email)).(userShown); is {
		p.Chosen, p.Current, p.HadOne = u.chosen, u.current, u.hadOne
	}
	return p
}

// People yields everybody about whom something is stated.
func (w World) People() iter.Seq[string] { return maps.Keys(w.view.index[rules.UserKey("").Kind]) }

// Organizations yields the organizations that are there.
func (w World) Organizations() iter.Seq[string] {
	return maps.Keys(w.view.index[rules.OrganizationKey("").Kind])
}

// organizationIn is the organization that a fact about a person is about.
func organizationIn(f rules.Fact) string {
	switch f := f.(type) {
	case rules.Place:
		return f.Organization
	case rules.Acceptance:
		return f.Organization
	case rules.Offer:
		return f.Organization
	}
	return ""
}

func (w World) title(organization string) rules.Title {
	shown, _ := w.shown("Organization", organization).(organizationShown)
	return rules.Title(shown)
}

// shown is what reviews show of the cluster-scoped object of that name.
func (w World) shown(kind, name string) any {
	if o := w.view.kinds[kind].objects[types.NamespacedName{Name: name}]; o != nil {
		return o.shown
	}
	return nil
}
