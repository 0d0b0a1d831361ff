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

// synced is a view that has seen every kind, empty, at version 1.
func synced(t *testing.T) *View {
	t.Helper()
	v := NewView(baseDomain)
	for _, kind := range Kinds() {
		list(t, v, kind, "1")
	}
	return v
}

// see, lose, list and pass do to a view what its watches do: an object appears or changes, it is deleted, a kind is listed
// whole, and nothing happens up to a version.
func see(t *testing.T, v *View, objects ...client.Object) {
	t.Helper()
	for _, o := range objects {
		must(t, v.store(o).Update(o))
	}
}

func lose(t *testing.T, v *View, o client.Object) {
	t.Helper()
	must(t, v.store(o).Delete(o))
}

func list(t *testing.T, v *View, kind, version string, objects ...any) {
	t.Helper()
	must(t, (&kindStore{v, kind}).Replace(objects, version))
}

func pass(t *testing.T, v *View, kind, version string) {
	t.Helper()
	must(t, (&kindStore{v, kind}).Bookmark(version))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (v *View) store(o client.Object) *kindStore { return &kindStore{v, kindOf(o)} }

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
	}
	return "PlatformPolicy"
}

// places are those of a user that stand for certain.
func places(v *View, user string) []string {
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
		happens           func(t *testing.T, v *View)
		wantBob, wantJohn []string
	}{
		"nothing has happened":                       {func(*testing.T, *View) {}, nil, nil},
		"an object is created":                       {func(t *testing.T, v *View) { see(t, v, m) }, []string{"zylker"}, nil},
		"it changes: what it said before is gone":    {func(t *testing.T, v *View) { see(t, v, m, moved) }, nil, []string{"zylker"}},
		"it is seen twice: it says things once":      {func(t *testing.T, v *View) { see(t, v, m, m) }, []string{"zylker"}, nil},
		"it is deleted":                              {func(t *testing.T, v *View) { see(t, v, m); lose(t, v, at(m, "9")) }, nil, nil},
		"what was never seen is deleted":             {func(t *testing.T, v *View) { lose(t, v, at(m, "9")) }, nil, nil},
		"a list brings it":                           {func(t *testing.T, v *View) { list(t, v, "Membership", "9", m) }, []string{"zylker"}, nil},
		"a list is without it":                       {func(t *testing.T, v *View) { see(t, v, m); list(t, v, "Membership", "9") }, nil, nil},
		"a list of another kind is":                  {func(t *testing.T, v *View) { see(t, v, m); list(t, v, "Invitation", "9") }, []string{"zylker"}, nil},
		"a list has a later object of the same name": {func(t *testing.T, v *View) { see(t, v, m); list(t, v, "Membership", "9", renewed(moved)) }, nil, []string{"zylker"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			v := synced(t)
			tc.happens(t, v)
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
	see(t, v, objects...)
	for _, o := range objects {
		lose(t, v, o)
	}
	if len(v.index) != 0 || len(v.byUID) != 0 {
		t.Errorf("left behind: %v, %v", v.index, v.byUID)
	}
}

// renewed is a later object of the same name.
func renewed(m *v1alpha1.Membership) *v1alpha1.Membership {
	return with(m, func(m *v1alpha1.Membership) { m.UID = "uid of another" })
}

func TestSynced(t *testing.T) {
	v := NewView(baseDomain)
	kinds := Kinds()
	for _, kind := range kinds {
		if v.Synced() {
			t.Fatalf("synced before %s was seen", kind)
		}
		list(t, v, kind, "7")
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
		"a version that is past the fence has reached it":   {"10", "9", true},
		"versions are numbers, not texts":                   {"9", "10", false},
		"so has one that is at it":                          {"10", "10", true},
		"nothing is reached before the first sync":          {"", "1", false},
		"nor by what is no version":                         {"ten", "1", false},
		"nor is a fence that is none":                       {"10", "one", false},
		"versions may have any number of digits":            {"123456789012345678901234567890", "99999999999999999999999999999", true},
		"a fence for a kind that nobody knows is no matter": {"10", "", true},
	} {
		t.Run(sentence, func(t *testing.T) {
			v := NewView(baseDomain)
			if tc.seen != "" {
				list(t, v, "Membership", tc.seen)
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
	version := func() string { return v.Versions()["Membership"] }
	for _, step := range []struct {
		event   string
		happens func()
		want    string
	}{
		{"a change", func() { see(t, v, at(membership("m", bob), "20")) }, "20"},
		{"a bookmark", func() { pass(t, v, "Membership", "30") }, "30"},
		{"a change of another kind", func() { see(t, v, at(invitation("i"), "40")) }, "30"},
		{"a deletion", func() { lose(t, v, at(membership("m", bob), "50")) }, "50"},
		{"a list", func() { list(t, v, "Membership", "60") }, "60"},
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
	see(t, v, membership("m", bob))
	if !v.Holds("Membership", name) || v.Holds("Invitation", name) || v.Holds("Future", name) {
		t.Error("holds the object under its own kind alone")
	}
	lose(t, v, membership("m", bob))
	if v.Holds("Membership", name) {
		t.Error("holds what is gone")
	}
}

func TestDeparturesAreForgottenInTime(t *testing.T) {
	v := synced(t)
	clock := born
	v.now = func() time.Time { return clock }
	see(t, v, membership("m", bob))
	lose(t, v, membership("m", bob))
	clock = clock.Add(remember)
	pass(t, v, "Membership", "30")
	if len(v.gone) != 1 {
		t.Error("forgotten too early")
	}
	clock = clock.Add(time.Nanosecond)
	pass(t, v, "Membership", "31")
	if len(v.gone) != 0 {
		t.Error("remembered for ever")
	}
}

func TestAWatchThatBringsSomethingElseFails(t *testing.T) {
	v := synced(t)
	store := &kindStore{v, "Membership"}
	for what, err := range map[string]error{
		"a text":              store.Add("m"),
		"a list of texts":     store.Replace([]any{"m"}, "9"),
		"an object of no use": store.Delete(struct{}{}),
	} {
		if err == nil {
			t.Errorf("%s was taken for an object", what)
		}
	}
	if got := v.Versions()["Membership"]; got != "1" {
		t.Errorf("the view moved on to %s all the same", got)
	}
	if err := store.Add(&corev1.Secret{}); err != nil {
		t.Errorf("an object that states nothing does no harm, but: %v", err)
	}
}
