// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// watched is a view that gets events as from its watches. An object appears, changes or is deleted, a kind is listed whole, or only the
// version moves on.
type watched struct {
	*View
	t *testing.T
}

func (v watched) see(objects ...client.Object) {
	for _, o := range objects {
		v.must(v.store(kindOf(o)).Update(o))
	}
}

func (v watched) lose(o client.Object) { v.must(v.store(kindOf(o)).Delete(o)) }

func (v watched) list(kind, version string, objects ...any) {
	v.must(v.store(kind).Replace(objects, version))
}

func (v watched) pass(kind, version string) { v.must(v.store(kind).Bookmark(version)) }

func (v watched) store(kind string) *kindStore { return &kindStore{v.View, kind} }

func (v watched) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// unsynced is a view that has seen nothing.
func unsynced(t *testing.T) watched {
	t.Helper()
	return watched{NewView(baseDomain), t}
}

// synced is a view that has seen every kind, empty, at version 1.
func synced(t *testing.T) watched {
	t.Helper()
	v := unsynced(t)
	for _, kind := range Kinds() {
		v.list(kind, "1")
	}
	return v
}

func kindOf(o client.Object) string {
	switch o.(type) {
	case *v1alpha1.Organization:
		return "Organization"
	case *v1alpha1.Membership:
		return "Membership"
	case *v1alpha1.Invitation:
		return "Invitation"
	case *v1alpha1.InvitationResponse:
		return "InvitationResponse"
	case *v1alpha1.IntegrationBinding:
		return "IntegrationBinding"
	case *v1alpha1.HostReservation:
		return "HostReservation"
	case *v1alpha1.User:
		return "User"
	}
	return "PlatformPolicy"
}

// places are the organizations in which a user has a place for certain.
func places(v watched, user string) []string {
	var organizations []string
	v.Judge(NewOverlay(nil), nil, func(w World) {
		for _, k := range w.Facts(rules.UserKey(user)) {
			if p, ok := k.Fact.(rules.Place); ok && k.Certain {
				organizations = append(organizations, p.Organization)
			}
		}
	})
	return organizations
}

func TestViewFollowsItsWatches(t *testing.T) {
	m := membership("m", bob)
	moved := with(at(m, "9"), func(m *v1alpha1.Membership) { m.Spec.User = john })
	for sentence, tc := range map[string]struct {
		happens           func(v watched)
		wantBob, wantJohn []string
	}{
		"nothing has happened":                       {func(watched) {}, nil, nil},
		"an object is created":                       {func(v watched) { v.see(m) }, []string{"zylker"}, nil},
		"it changes: its earlier facts are gone":     {func(v watched) { v.see(m, moved) }, nil, []string{"zylker"}},
		"it is seen twice: it states its facts once": {func(v watched) { v.see(m, m) }, []string{"zylker"}, nil},
		"it is deleted":                              {func(v watched) { v.see(m); v.lose(at(m, "9")) }, nil, nil},
		"an object that was never seen is deleted":   {func(v watched) { v.lose(at(m, "9")) }, nil, nil},
		"a list brings it":                           {func(v watched) { v.list("Membership", "9", m) }, []string{"zylker"}, nil},
		"a list is without it":                       {func(v watched) { v.see(m); v.list("Membership", "9") }, nil, nil},
		"a list of another kind is":                  {func(v watched) { v.see(m); v.list("Invitation", "9") }, []string{"zylker"}, nil},
		"a list has a later object of the same name": {func(v watched) { v.see(m); v.list("Membership", "9", renewed(moved)) }, nil, []string{"zylker"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			v := synced(t)
			tc.happens(v)
			if diff := cmp.Diff(tc.wantBob, places(v, bob), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("bob (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.wantJohn, places(v, john), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("john (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEmptyViewKeepsNothing(t *testing.T) {
	v := synced(t)
	objects := []client.Object{organization("zylker"), membership("m", bob), invitation("inv"), response("r"), binding("b"), reserved("h"), &v1alpha1.PlatformPolicy{ObjectMeta: metaOf("", "default")}}
	v.see(objects...)
	for _, o := range objects {
		v.lose(o)
	}
	for kind, names := range v.index {
		if len(names) != 0 {
			t.Errorf("left behind under %s: %v", kind, names)
		}
	}
	if len(v.byUID) != 0 || len(v.seated) != 0 {
		t.Errorf("left behind: %v, %v", v.byUID, v.seated)
	}
}

// renewed is a later object of the same name.
func renewed(m *v1alpha1.Membership) *v1alpha1.Membership {
	return with(m, func(m *v1alpha1.Membership) { m.UID = "uid of another" })
}

func TestSynced(t *testing.T) {
	v := unsynced(t)
	kinds := Kinds()
	for _, kind := range kinds {
		if v.Synced() {
			t.Fatalf("synced before %s was seen", kind)
		}
		v.list(kind, "7")
	}
	if !v.Synced() {
		t.Error("not synced though every kind was seen whole")
	}
}

func TestReached(t *testing.T) {
	for sentence, tc := range map[string]struct {
		seen, fence string
		want        bool
	}{
		"a version that is past the fence has reached it": {"10", "9", true},
		"versions are numbers, not texts":                 {"9", "10", false},
		"so has one that is at it":                        {"10", "10", true},
		"nothing is reached before the first sync":        {"", "1", false},
		"nor by a text that is no version":                {"ten", "1", false},
		"nor is a fence that is no version":               {"10", "one", false},
		"versions may have any number of digits":          {"123456789012345678901234567890", "99999999999999999999999999999", true},
		"a fence for an unknown kind has no effect":       {"10", "", true},
	} {
		t.Run(sentence, func(t *testing.T) {
			v := unsynced(t)
			if tc.seen != "" {
				v.list("Membership", tc.seen)
			}
			kind := "Membership"
			if tc.fence == "" {
				kind = "Future"
			}
			if got := v.Reached(map[string]string{kind: tc.fence}); got != tc.want {
				t.Errorf("got %t, want %t", got, tc.want)
			}
		})
	}
}

func TestVersionsMoveWithEveryEvent(t *testing.T) {
	v := synced(t)
	version := func() string { return v.kinds["Membership"].version }
	for _, step := range []struct {
		event   string
		happens func()
		want    string
	}{
		{"a change", func() { v.see(at(membership("m", bob), "20")) }, "20"},
		{"a bookmark", func() { v.pass("Membership", "30") }, "30"},
		{"a change of another kind", func() { v.see(at(invitation("i"), "40")) }, "30"},
		{"a deletion", func() { v.lose(at(membership("m", bob), "50")) }, "50"},
		{"a list", func() { v.list("Membership", "60") }, "60"},
	} {
		changed := v.Changed()
		step.happens()
		if got := version(); got != step.want {
			t.Errorf("after %s: %s, want %s", step.event, got, step.want)
		}
		select {
		case <-changed:
		default:
			t.Errorf("nobody is woken by %s", step.event)
		}
	}
	if !v.Reached(map[string]string{"Membership": "60", "Invitation": "40"}) || v.Reached(map[string]string{"Membership": "60", "Invitation": "41"}) {
		t.Error("every fence is to be reached, and no more")
	}
}

func TestHolds(t *testing.T) {
	v := synced(t)
	name := types.NamespacedName{Namespace: "org-zylker", Name: "m"}
	if v.Holds("Membership", name) {
		t.Error("holds what was never seen")
	}
	v.see(membership("m", bob))
	if !v.Holds("Membership", name) || v.Holds("Invitation", name) || v.Holds("Future", name) {
		t.Error("holds the object under its own kind alone")
	}
	v.lose(membership("m", bob))
	if v.Holds("Membership", name) {
		t.Error("holds what is gone")
	}
}

func TestDeparturesAreForgottenInTime(t *testing.T) {
	v := synced(t)
	clock := born
	v.now = func() time.Time { return clock }
	v.see(membership("m", bob))
	v.lose(membership("m", bob))
	clock = clock.Add(remember)
	v.pass("Membership", "30")
	if len(v.gone.byUID) != 1 {
		t.Error("forgotten too early")
	}
	clock = clock.Add(time.Nanosecond)
	v.pass("Membership", "31")
	if len(v.gone.byUID) != 0 {
		t.Error("remembered without end")
	}
}

func TestAWatchThatBringsSomethingElseFails(t *testing.T) {
	v := synced(t)
	store := v.store("Membership")
	for what, err := range map[string]error{
		"a text":              store.Add("m"),
		"a list of texts":     store.Replace([]any{"m"}, "9"),
		"an object of no use": store.Delete(struct{}{}),
	} {
		if err == nil {
			t.Errorf("%s was taken for an object", what)
		}
	}
	if got := v.kinds["Membership"].version; got != "1" {
		t.Errorf("the view moved on to %s all the same", got)
	}
	if err := store.Add(&corev1.Secret{}); err != nil {
		t.Errorf("an object that states nothing does no harm, but: %v", err)
	}
}
