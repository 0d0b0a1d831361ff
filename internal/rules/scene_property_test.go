// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// A prospect is one object and all states in which the changes in flight may leave it, the present one first. nil means that it does not
// exist.
type prospect struct {
	states []object
	// another is the same object with all that may change drawn anew.
	another func(*rapid.T) object
}

// scene is every object that there may be.
type scene []prospect

// mostUncertain bounds the outcomes: of so many objects, each in one of two states.
const mostUncertain = 5

var (
	someone  = rapid.SampledFrom([]string{john, alice, bob})
	anywhere = rapid.SampledFrom([]string{"zylker", "hidden", "third"})
	fewLeft  = rapid.Int32Range(1, 3)
)

// A theme is the few kinds of objects that a scene has beside its organizations. They are few so that they conflict.
type theme []func(t *rapid.T, name string) func(*rapid.T) object

func anyTheme(t *rapid.T) theme {
	kinds := theme{memberships, memberships, invitations, answers, bindings, reservations}
	return rapid.SliceOfN(rapid.SampledFrom(kinds), 1, 3).Draw(t, "theme")
}

// anything draws an object; the function, the same one with what may change drawn anew.
func (th theme) anything(t *rapid.T, name string) func(*rapid.T) object {
	return th[rapid.IntRange(0, len(th)-1).Draw(t, "kind")](t, name)
}

// anyScene draws a crowd that shares few users, organizations, hosts and accounts, with low limits.
func anyScene(t *rapid.T, th theme) scene {
	var s scene
	s.add(t, aPolicy)
	for _, name := range []string{"zylker", "hidden", "third"} {
		s.add(t, anOrganization(name))
	}
	for n := range rapid.IntRange(1, 7).Draw(t, "others") {
		s.add(t, th.anything(t, strconv.Itoa(n)))
	}
	return s
}

func (s *scene) add(t *rapid.T, draw func(*rapid.T) object) {
	p := prospect{states: []object{draw(t)}, another: draw}
	if s.has(p.states[0]) {
		return
	}
	uncertain := 0
	for _, other := range *s {
		uncertain += len(other.states) - 1
	}
	if uncertain == mostUncertain {
		*s = append(*s, p)
		return
	}
	switch rapid.IntRange(0, 6).Draw(t, "prospect") {
	case 0: // it is not there
		return
	case 1:
		p.states = []object{nil, p.states[0]}
	case 2:
		p.states = []object{p.states[0], nil}
	case 3:
		p.states = append(p.states, p.next(t))
	}
	*s = append(*s, p)
}

func memberships(t *rapid.T, name string) func(*rapid.T) object {
	origin := rapid.SampledFrom([]v1alpha1.Origin{v1alpha1.OriginCreated, v1alpha1.OriginInvited, v1alpha1.OriginProvisioned}).Draw(t, "origin")
	return aMembership(member(someone.Draw(t, "member"), anywhere.Draw(t, "of")).called("m" + name).origin(origin))
}

func invitations(t *rapid.T, name string) func(*rapid.T) object {
	return anInvitation(invite(someone.Draw(t, "invitee"), anywhere.Draw(t, "inviter")).called("i" + name))
}

func answers(t *rapid.T, name string) func(*rapid.T) object {
	return always(invite(someone.Draw(t, "invitee"), anywhere.Draw(t, "inviter")).called("i0").accepts().called("r" + name))
}

func reservations(t *rapid.T, _ string) func(*rapid.T) object {
	return always(reserve("shared." + baseDomain).heldFor(org(anywhere.Draw(t, "held for"), john)))
}

func always(o object) func(*rapid.T) object { return func(*rapid.T) object { return o } }

func aPolicy(t *rapid.T) object {
	return policyWith(limits(func(l *v1alpha1.LimitsPolicy) {
		for _, number := range []**int32{
			&l.OrganizationsPerUser, &l.CreatedOrganizationsPerUser, &l.CreatedCRMPlusPerUser, &l.InvitedCRMPlusPerUser,
			&l.InternalZohoOnePerUser, &l.PendingInvitationsPerUser, &l.PendingInvitationsPerSuperAdmin,
		} {
			*number = new(fewLeft.Draw(t, "limit"))
		}
		*l.PendingInvitationsPerUser++ // else it hides how many may come from one super admin
	}), func(s *v1alpha1.PlatformPolicySpec) {
		s.Trial = &v1alpha1.TrialPolicy{Licenses: new(fewLeft.Draw(t, "seats on trial"))}
	})
}

func anOrganization(name string) func(*rapid.T) object {
	return func(t *rapid.T) object {
		o := org(name, someone.Draw(t, "super admin"))
		if rapid.IntRange(0, 3).Draw(t, "subscribed") > 0 {
			edition := rapid.SampledFrom([]v1alpha1.Edition{v1alpha1.EditionStandard, v1alpha1.EditionCRMPlus, v1alpha1.EditionZohoOne})
			o = o.on(edition.Draw(t, "edition"), rapid.Int32Range(1, 5).Draw(t, "licences"))
		}
		if rapid.IntRange(0, 3).Draw(t, "ends") == 0 && o.Spec.Subscription != nil {
			o.Spec.Subscription.EndsAt = &metav1.Time{Time: now.AddDate(0, 0, rapid.IntRange(-1, 20).Draw(t, "after"))}
		}
		if rapid.IntRange(0, 7).Draw(t, "stopped") == 0 {
			o = o.stopped("Unpaid")
		}
		if rapid.IntRange(0, 3).Draw(t, "host") == 0 {
			o = o.at("shared", "")
		}
		if rapid.IntRange(0, 7).Draw(t, "goes") == 0 {
			o = o.terminating()
		}
		return o
	}
}

func aMembership(m membership) func(*rapid.T) object {
	return func(t *rapid.T) object {
		drawn := m
		if rapid.Bool().Draw(t, "external") {
			drawn = drawn.external()
		}
		if rapid.IntRange(0, 3).Draw(t, "suspended") == 0 {
			drawn = drawn.suspended()
		}
		return drawn
	}
}

func anInvitation(i invitation) func(*rapid.T) object {
	return func(t *rapid.T) object {
		if rapid.IntRange(0, 4).Draw(t, "revoked") == 0 {
			return i.revoked()
		}
		return i
	}
}

// bindings are of an application with the cardinality one to one, many to one, one to many, or many to many. Only in the third can the
// account change.
func bindings(t *rapid.T, name string) func(*rapid.T) object {
	application := rapid.SampledFrom([]string{"ZohoDesk", "ZohoCampaigns", "MicrosoftTeams", "ZohoAnalytics"}).Draw(t, "application")
	account := rapid.SampledFrom([]string{"red", "blue"})
	b := bound(anywhere.Draw(t, "bound"), application, account.Draw(t, "account"))
	b.ObjectMeta = meta(b.Namespace, "b"+name)
	if application != "MicrosoftTeams" {
		return always(b)
	}
	b.Spec.Component = "MessagingExtension"
	return func(t *rapid.T) object { return b.account(account.Draw(t, "account")) }
}

// next draws what the object may be changed to. An object that is being deleted stays so.
func (p prospect) next(t *rapid.T) object {
	next := p.another(t)
	if o, ok := next.(organization); ok && p.states[0].bare().GetDeletionTimestamp() != nil {
		return o.terminating()
	}
	return next
}

// world is admission's knowledge of a scene.
func (s scene) world() world {
	var w world
	for _, p := range s {
		in, owner := map[rules.Fact]int{}, p.uid()
		for _, state := range p.states {
			for _, f := range said(state) {
				in[f]++
			}
		}
		for f, n := range in {
			w.stated = append(w.stated, stated{f, n == len(p.states), owner})
		}
	}
	return w
}

func (p prospect) uid() types.UID { return firstOf(p.states...).bare().GetUID() }

// outcomes calls f with all facts of each outcome of the changes in flight.
func (s scene) outcomes(f func([]rules.Fact)) { s.following(nil, f) }

func (s scene) following(known []rules.Fact, f func([]rules.Fact)) {
	if len(s) == 0 {
		f(known)
		return
	}
	for _, state := range s[0].states {
		s[1:].following(append(known[:len(known):len(known)], said(state)...), f)
	}
}

// anyChange draws a creation of something new, or a change of something that is there; and the scene without it.
func anyChange(t *rapid.T, s scene, th theme) (c change, others scene) {
	i := rapid.IntRange(0, 2*len(s)).Draw(t, "subject")
	if i < len(s) && s[i].states[0] != nil {
		others = append(append(others, s[:i]...), s[i+1:]...)
		return by(platform).changes(s[i].states[0], s[i].next(t)), others
	}
	for _, name := range []string{"zylker", "hidden", "third"} {
		if o := anOrganization(name)(t); !s.has(o) && rapid.Bool().Draw(t, "organization") {
			return by(platform).creates(o), s
		}
	}
	return by(platform).creates(th.anything(t, "new")(t)), s
}

func (s scene) has(o object) bool {
	for _, p := range s {
		if p.uid() == o.bare().GetUID() {
			return true
		}
	}
	return false
}
