// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// entry is a change in flight of an object to what it will then be; nil for a deletion.
func entry(operation Operation, before, after client.Object) *Entry {
	subject, version := before, ""
	if before == nil {
		subject = after
	} else {
		version = before.GetResourceVersion()
	}
	var will []rules.Fact
	if after != nil {
		will = Of(after, baseDomain)
	}
	return NewEntry(Entry{
		Kind: kindOf(subject), Namespace: subject.GetNamespace(), Name: subject.GetName(), UID: subject.GetUID(),
		Operation: operation, ResourceVersion: version, Facts: will,
	})
}

func creating(o client.Object) *Entry { return entry(Create, nil, o) }
func updating(before, after client.Object) *Entry {
	return entry(Update, before, after)
}
func deleting(o client.Object) *Entry { return entry(Delete, o, nil) }

func TestCame(t *testing.T) {
	m := at(membership("m", bob), "20")
	suspended := at(with(m, func(m *v1alpha1.Membership) { m.Spec.Suspended = true }), "30")
	for sentence, tc := range map[string]struct {
		entry *Entry
		sees  func(v watched)
		want  bool
	}{
		"a creation that was seen":                      {creating(m), func(v watched) { v.see(m) }, true},
		"an update whose facts are seen":                {updating(m, suspended), func(v watched) { v.see(m, suspended) }, true},
		"not one that another overtook":                 {updating(m, suspended), func(v watched) { v.see(at(m, "30")) }, false},
		"not one whose object is gone":                  {updating(m, suspended), func(v watched) { v.see(m); v.lose(at(m, "40")) }, false},
		"a deletion whose object is gone":               {deleting(m), func(v watched) { v.see(m); v.lose(at(m, "40")) }, true},
		"not a deletion that another change overtook":   {deleting(m), func(v watched) { v.see(at(m, "30")) }, false},
		"not one that only gives up, and was overtaken": {updating(m, with(m, func(m *v1alpha1.Membership) { m.Namespace = "other" })), func(v watched) { v.see(at(m, "30")) }, false},
	} {
		v := synced(t)
		tc.sees(v)
		if got := v.WasStored(tc.entry); got != tc.want {
			t.Errorf("%s: came %t", sentence, got)
		}
	}
}

func TestEnded(t *testing.T) {
	m := at(membership("m", bob), "20")
	create, update, remove := creating(m), updating(m, with(m, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })), deleting(m)
	future := creating(m)
	future.Kind = "Future"
	for sentence, tc := range map[string]struct {
		entry   *Entry
		happens func(v watched)
		want    End
	}{
		"a creation is open until the object is seen":              {create, func(v watched) { v.pass("Membership", "99") }, End{}},
		"it ends when it is":                                       {create, func(v watched) { v.see(m) }, End{true, "20", true}},
		"at any later version":                                     {create, func(v watched) { v.see(at(m, "35")) }, End{true, "35", true}},
		"in a list too":                                            {create, func(v watched) { v.list("Membership", "30", m) }, End{true, "20", true}},
		"an object of the same name is not the one":                {create, func(v watched) { v.see(renewed(m)) }, End{}},
		"an object that came and went has come":                    {create, func(v watched) { v.see(m); v.lose(at(m, "40")) }, End{true, "40", true}},
		"also when a list without it tells that it went":           {create, func(v watched) { v.see(m); v.list("Membership", "50") }, End{true, "50", false}},
		"also when a later object took its name":                   {create, func(v watched) { v.see(m, at(renewed(m), "60")) }, End{true, "60", true}},
		"one that came and went between two lists was never seen":  {create, func(v watched) { v.list("Membership", "50") }, End{}},
		"an update is open at the version on which it was judged":  {update, func(v watched) { v.see(m) }, End{false, "20", true}},
		"it ends with any later one":                               {update, func(v watched) { v.see(m, at(m, "100")) }, End{true, "100", true}},
		"not with one that is merely different":                    {update, func(v watched) { v.see(at(m, "9")) }, End{false, "9", true}},
		"another object's version is no matter":                    {update, func(v watched) { v.see(m, at(membership("other", john), "80")) }, End{false, "20", true}},
		"it ends when the object is gone":                          {update, func(v watched) { v.see(m); v.lose(at(m, "40")) }, End{true, "40", true}},
		"it ends where the object is absent from a later view":     {update, func(v watched) { v.list("Membership", "30") }, End{true, "30", false}},
		"it is open where the view has not yet come so far":        {update, func(v watched) { v.list("Membership", "19") }, End{false, "19", false}},
		"a deletion is open while the object stands":               {remove, func(v watched) { v.see(m) }, End{false, "20", true}},
		"it ends when the object is seen to go":                    {remove, func(v watched) { v.see(m); v.lose(at(m, "21")) }, End{true, "21", true}},
		"or only to wait for its finalizers":                       {remove, func(v watched) { v.see(m, at(m, "21")) }, End{true, "21", true}},
		"or is missing in a list":                                  {remove, func(v watched) { v.see(m); v.list("Membership", "30") }, End{true, "30", false}},
		"an entry of a kind that this version does not know stays": {future, func(v watched) { v.pass("Membership", "99") }, End{}},
	} {
		t.Run(sentence, func(t *testing.T) {
			v := synced(t)
			tc.happens(v)
			if diff := cmp.Diff(tc.want, v.Ended(tc.entry)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Run("nothing ends in a view that has seen nothing", func(t *testing.T) {
		v := unsynced(t)
		for _, e := range []*Entry{create, update, remove} {
			if v.Ended(e).Seen {
				t.Errorf("%s ended", e.Operation)
			}
		}
	})
}

func TestSame(t *testing.T) {
	m := at(membership("m", bob), "20")
	suspended := with(m, func(m *v1alpha1.Membership) { m.Spec.Suspended = true })
	external := with(m, func(m *v1alpha1.Membership) { m.Spec.UserType = v1alpha1.UserTypeExternal })
	for sentence, tc := range map[string]struct {
		a, b *Entry
		want bool
	}{
		"the same request judged twice is one":         {updating(m, suspended), updating(m, suspended), true},
		"the same deletion too":                        {deleting(m), deleting(m), true},
		"the actor does not matter":                    {creating(m), by(creating(m), "somebody"), true},
		"nor does the time":                            {creating(m).At("1"), creating(m).At("22"), true},
		"other facts make another request":             {updating(m, suspended), updating(m, external), false},
		"fewer facts do":                               {updating(m, suspended), deleting(m), false},
		"another version does":                         {updating(m, suspended), updating(at(m, "21"), suspended), false},
		"another operation does":                       {creating(m), entry(Update, nil, m), false},
		"another object does, though of the same name": {creating(m), creating(renewed(m)), false},
		"facts that are not known tell requests apart": {future("x"), future("y"), false},
	} {
		t.Run(sentence, func(t *testing.T) {
			if tc.a.Same(tc.b) != tc.want || tc.b.Same(tc.a) != tc.want {
				t.Errorf("want %t both ways", tc.want)
			}
		})
	}
}

func by(e *Entry, actor string) *Entry {
	asked := *e
	asked.Actor = actor
	return NewEntry(asked)
}

func future(what string) *Entry {
	e, err := ParseEntry("\t\tcreate\tMembership\torg-zylker\tfuture\tu\t\tfuture{" + what + "}")
	if err != nil {
		panic(err)
	}
	return e
}

func TestOverlay(t *testing.T) {
	first, second, other := creating(membership("m", bob)), deleting(membership("m", bob)), creating(invitation("inv"))
	o := NewOverlay([]*Entry{first, second})
	o.Append(other)
	if diff := cmp.Diff([]*Entry{first, second, other}, o.Entries()); diff != "" {
		t.Errorf("not oldest first (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]*Entry{first, second}, o.Of(first.UID)); diff != "" {
		t.Errorf("not those of the object (-want +got):\n%s", diff)
	}
}
