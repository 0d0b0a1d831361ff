// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestSubject(t *testing.T) {
	zylker, bobs := organization("zylker"), membership("m", bob)
	anew := func(o *v1alpha1.Organization) { o.UID = "uid of another" }
	again := with(bobs, func(m *v1alpha1.Membership) { m.UID = "uid of another membership" })
	there := func(v watched) { v.see(zylker, bobs) }
	for sentence, tc := range map[string]struct {
		happens func(v watched)
		entries []*Entry
		user    string
		of      string
		leaves  bool
		want    string
	}{
		"a member asks about the Organization":                {there, nil, bob, "zylker", false, "uid of zylker"},
		"the super admin too":                                 {there, nil, john, "zylker", false, "uid of zylker"},
		"a member leaves by their Membership":                 {there, nil, bob, "zylker", true, "uid of m"},
		"one without a Membership does not":                   {there, nil, john, "zylker", true, ""},
		"U3: nobody else learns which one it is":              {there, nil, "carol@zylker.com", "zylker", false, ""},
		"nor of another name":                                 {there, nil, bob, "other", false, ""},
		"one in creation may be there":                        {func(watched) {}, []*Entry{creating(zylker)}, john, "zylker", false, "uid of zylker"},
		"an Organization that is made again is the later one": {there, []*Entry{deleting(zylker), creating(with(zylker, anew))}, bob, "zylker", false, "uid of another"},
		"a Membership that is made again is the later one":    {there, []*Entry{deleting(bobs), creating(again)}, bob, "zylker", true, "uid of another membership"},
		"an invitation makes nobody a member":                 {func(v watched) { v.see(zylker, invitation("inv")) }, nil, bob, "zylker", false, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			v := synced(t)
			tc.happens(v)
			v.Judge(NewOverlay(tc.entries), nil, func(w World) {
				if got := w.Subject(tc.user, tc.of, tc.leaves); string(got) != tc.want {
					t.Errorf("%q, want %q", got, tc.want)
				}
			})
		})
	}
}
