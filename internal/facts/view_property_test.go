// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

var (
	someOrganizations = []string{"zylker", "hidden"}
	someUsers         = []string{john, bob, "alice@zylker.com", "carol@example.net"}
	anOrganization    = rapid.SampledFrom(someOrganizations)
	aUser             = rapid.SampledFrom(someUsers)
)

// anObject is one of a few objects that may state seats, in any state. There are few, so that several state the same seat.
func anObject(t *rapid.T) client.Object {
	user, name := aUser.Draw(t, "user"), strconv.Itoa(rapid.IntRange(1, 4).Draw(t, "name"))
	namespace := v1alpha1.NamespacePrefix + anOrganization.Draw(t, "organization")
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		o := organization(OrganizationOf(namespace))
		o.Spec.SuperAdmin = user
		return o
	case 1:
		i := invitation(name)
		i.Namespace, i.UID, i.Spec.Email = namespace, types.UID(namespace+"/i"+name), user
		i.Spec.Revoked = rapid.Bool().Draw(t, "revoked")
		return i
	case 2:
		r := response(name)
		r.Spec.Invitation.Namespace, r.Spec.Invitee = namespace, user
		return r
	}
	m := membership(name, user)
	m.Namespace, m.UID = namespace, types.UID(namespace+"/m"+name)
	m.Spec.Suspended = rapid.Bool().Draw(t, "suspended")
	return m
}

// anEntry is a change of an object, judged on a version that the view may have passed.
func anEntry(t *rapid.T) *Entry {
	before, after := anObject(t), anObject(t)
	before.SetResourceVersion(strconv.Itoa(rapid.IntRange(1, 30).Draw(t, "judged on")))
	switch rapid.IntRange(0, 2).Draw(t, "operation") {
	case 0:
		return creating(before)
	case 1:
		return deleting(before)
	}
	e := updating(before, before)
	e.Facts = Of(after, baseDomain) // whatever it will state
	return e
}

// happen applies random events to a view.
func happen(t *rapid.T, v watched) {
	for version := range rapid.IntRange(0, 12).Draw(t, "events") {
		o := anObject(t)
		o.SetResourceVersion(strconv.Itoa(10 + version))
		switch rapid.IntRange(0, 4).Draw(t, "event") {
		case 0:
			v.lose(o)
		case 1:
			v.list(kindOf(o), o.GetResourceVersion(), o)
		default:
			v.see(o)
		}
	}
}

func TestSeatsAreWhatAWalkCounts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		v := synced(t)
		happen(rt, v)
		var entries []*Entry
		for range rapid.IntRange(0, 5).Draw(rt, "entries") {
			entries = append(entries, anEntry(rt))
		}
		var self *Entry
		if rapid.Bool().Draw(rt, "self") {
			self = anEntry(rt)
		}
		but := rapid.SliceOf(aUser).Draw(rt, "but")
		v.Judge(NewOverlay(entries), self, func(w World) {
			for _, organization := range someOrganizations {
				certain, possible := w.Seats(organization, but...)
				wantCertain, wantPossible := rules.CountSeats(w.Facts(rules.MembersKey(organization)), but...)
				if n := len(w.Facts(rules.MembersKey(organization))); w.Size(rules.MembersKey(organization)) < n {
					rt.Errorf("%s: said to have fewer than %d facts", organization, n)
				}
				if certain != wantCertain || possible != wantPossible {
					rt.Errorf("%s: %d certain and %d possible, want %d and %d", organization, certain, possible, wantCertain, wantPossible)
				}
			}
		})
	})
}

// The view's facts are those of its objects, whatever the order in which they were stated.
func TestTheViewKnowsWhatItsObjectsSay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		v := synced(t)
		happen(rt, v)
		said, users := map[rules.Key][]string{}, map[rules.Seat]bool{}
		for _, kind := range v.kinds {
			for _, o := range kind.objects {
				for _, s := range o.stated {
					record(said, string(o.uid), s.fact)
					if seat, ok := rules.SeatOf(s.fact); ok {
						users[seat] = true
					}
				}
			}
		}
		for _, organization := range someOrganizations {
			want := int32(0)
			for seat := range users {
				if seat.Organization == organization {
					want++
				}
			}
			if v.seated[organization] != want {
				rt.Errorf("%s: %d seated, want %d", organization, v.seated[organization], want)
			}
		}
		if diff := cmp.Diff(sortedLists(said), sortedLists(found(v.View))); diff != "" {
			rt.Errorf("(-said +found):\n%s", diff)
		}
	})
}

func record(under map[rules.Key][]string, owner string, f rules.Fact) {
	for _, key := range f.Keys() {
		under[key] = append(under[key], owner+" "+textOf(f))
	}
}

func found(v *View) map[rules.Key][]string {
	under := map[rules.Key][]string{}
	for kind, names := range v.index {
		for name, list := range names {
			for _, s := range list {
				key := rules.Key{Kind: kind, Name: name}
				under[key] = append(under[key], string(s.object.uid)+" "+textOf(s.stated()))
			}
		}
	}
	return under
}

func sortedLists(under map[rules.Key][]string) map[rules.Key][]string {
	for _, list := range under {
		slices.Sort(list)
	}
	return under
}

// Entries come and go. An overlay that follows them equals one that is made anew.
func TestAnOverlayFollowsItsEntries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := NewOverlay(nil)
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			if n := len(o.entries); n > 0 && rapid.Bool().Draw(t, "removes") {
				o.Remove(o.entries[rapid.IntRange(0, n-1).Draw(t, "which")])
			} else {
				o.Append(anEntry(t))
			}
		}
		anew := NewOverlay(slices.Clone(o.entries))
		if diff := cmp.Diff(anew, o, cmp.AllowUnexported(Overlay{}, coming{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-anew +followed):\n%s", diff)
		}
	})
}

func TestNoFactHasMoreKeysThanTheIndexKeepsPlacesFor(t *testing.T) {
	for _, f := range []rules.Fact{
		rules.Place{Role: v1alpha1.RoleSuperAdmin}, rules.Acceptance{}, rules.Account{}, rules.Offer{}, rules.Claim{}, rules.Binding{},
		rules.Policy{}, rules.ReservedNames{}, rules.Row{}, rules.Reservation{Organization: "zylker"},
	} {
		if n := len(f.Keys()); n > maxKeys {
			t.Errorf("%T has %d", f, n)
		}
	}
}
