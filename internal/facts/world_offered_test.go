// SPDX-License-Identifier: Apache-2.0

package facts

import (
	"testing"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestOffered(t *testing.T) {
	inv := at(invitation("inv"), "20")
	over := at(with(inv, func(i *v1alpha1.Invitation) { i.Status.State = v1alpha1.InvitationDeclined }), "30")
	anew := with(inv, func(i *v1alpha1.Invitation) { i.UID = "uid of another" })
	named := func(namespace, name string) types.NamespacedName {
		return types.NamespacedName{Namespace: namespace, Name: name}
	}
	standing := func(v watched) { v.see(inv) }
	nothing := func(watched) {}
	for sentence, tc := range map[string]struct {
		happens func(v watched)
		entries []*Entry
		user    string
		name    types.NamespacedName
		want    string // the UID
	}{
		"an existing invitation is offered":               {standing, nil, bob, named("org-zylker", "inv"), "uid of inv"},
		"not to anybody else":                             {standing, nil, john, named("org-zylker", "inv"), ""},
		"not under another name":                          {standing, nil, bob, named("org-zylker", "other"), ""},
		"not in another organization":                     {standing, nil, bob, named("org-other", "inv"), ""},
		"a finished one is not offered":                   {func(v watched) { v.see(inv, over) }, nil, bob, named("org-zylker", "inv"), ""},
		"one in creation may be":                          {nothing, []*Entry{creating(inv)}, bob, named("org-zylker", "inv"), "uid of inv"},
		"to nobody else":                                  {nothing, []*Entry{creating(inv)}, john, named("org-zylker", "inv"), ""},
		"nor under another name":                          {nothing, []*Entry{creating(inv)}, bob, named("org-zylker", "other"), ""},
		"one that was made anew is the later one":         {standing, []*Entry{deleting(inv), creating(anew)}, bob, named("org-zylker", "inv"), "uid of another"},
		"one that was created and is over is not offered": {func(v watched) { v.see(inv, over) }, []*Entry{creating(inv)}, bob, named("org-zylker", "inv"), ""},
		"an entry of another kind's object is no offer":   {nothing, []*Entry{creating(membership("inv", bob))}, bob, named("org-zylker", "inv"), ""},
		"another object of the same name offers nothing":  {func(v watched) { v.see(membership("inv", bob)) }, nil, bob, named("org-zylker", "inv"), ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			v := synced(t)
			tc.happens(v)
			v.Judge(NewOverlay(tc.entries), nil, func(w World) {
				offer, ok := w.Offered(tc.user, tc.name)
				if offer.Invitation != tc.want || ok != (tc.want != "") {
					t.Errorf("%+v, %t; want %q", offer, ok, tc.want)
				}
			})
		})
	}
}
