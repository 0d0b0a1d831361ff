// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestOrganizationRequest(t *testing.T) {
	zylker := org("zylker", alice).on(v1alpha1.EditionEnterprise, 10)
	w := world{}.with(zylker, admin(alice, "zylker"), admin(carol, "zylker"), member(john, "zylker"), member(bob, "zylker").suspended(),
		org("ended", bob).terminating(), member(john, "ended"))
	for sentence, tc := range map[string]struct {
		actor        rules.Actor
		action       v1alpha1.RequestAction
		organization string
		rule         string // empty: admitted
	}{
		"F2: a member chooses it as their default":           {rules.Actor{Email: john}, v1alpha1.RequestChooseDefault, "zylker", ""},
		"F2: a suspended member does not":                    {rules.Actor{Email: bob}, v1alpha1.RequestChooseDefault, "zylker", "F2"},
		"F2: nor one of an organization that ends":           {rules.Actor{Email: john}, v1alpha1.RequestChooseDefault, "ended", "F2"},
		"F2: nor somebody else":                              {rules.Actor{Email: "dave@example.net"}, v1alpha1.RequestChooseDefault, "zylker", "F2"},
		"R6: a member leaves":                                {rules.Actor{Email: john}, v1alpha1.RequestLeave, "zylker", ""},
		"R6: a suspended one too":                            {rules.Actor{Email: bob}, v1alpha1.RequestLeave, "zylker", ""},
		"R6: and one of an organization that ends":           {rules.Actor{Email: john}, v1alpha1.RequestLeave, "ended", ""},
		"R3: the super admin does not":                       {rules.Actor{Email: alice}, v1alpha1.RequestLeave, "zylker", "R3"},
		"R6: nor somebody else":                              {rules.Actor{Email: "dave@example.net"}, v1alpha1.RequestLeave, "zylker", "R6"},
		"R4: an Administrator changes it":                    {rules.Actor{Email: carol}, v1alpha1.RequestChange, "zylker", ""},
		"R4: a Standard member does not":                     {rules.Actor{Email: john}, v1alpha1.RequestChange, "zylker", "R4"},
		"R4: nor delete it":                                  {rules.Actor{Email: john}, v1alpha1.RequestDelete, "zylker", "R4"},
		"R4: a platform actor acts as the person that it is": {rules.Actor{Email: john, Platform: true}, v1alpha1.RequestChange, "zylker", "R4"},
		"U2: an actor without an address cannot ask":         {rules.Actor{Platform: true}, v1alpha1.RequestLeave, "zylker", "U2"},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := request(w, tc.actor, tc.actor.Email, tc.action, tc.organization)
			if (tc.rule == "") != (len(got) == 0) || (tc.rule != "" && got[0].Rule != tc.rule) {
				t.Errorf("%v, want %q", got, tc.rule)
			}
		})
	}
}

// A request that names no object would be carried out on none, and look like a success.
func TestOrganizationRequestNamesItsObject(t *testing.T) {
	w := world{}.with(org("zylker", alice), admin(alice, "zylker"), admin(john, "zylker"))
	for _, action := range []v1alpha1.RequestAction{
		v1alpha1.RequestChooseDefault, v1alpha1.RequestLeave, v1alpha1.RequestChange, v1alpha1.RequestDelete,
	} {
		of := func(organization string) rules.Violations {
			asked := asks(john, action, organization)
			asked.Spec.SubjectUID = ""
			return rules.OrganizationRequest(rules.Worst(w), rules.Act{Actor: rules.Actor{Email: john}, Now: now}, nil, asked)
		}
		if got := of("zylker"); !got.Again() || !strings.HasSuffix(got.String(), "try again [R9]") {
			t.Errorf("R9: %s without an object is answered %q", action, got)
		}
		if got, stamped := of("nowhere"), request(w, rules.Actor{Email: john}, john, action, "nowhere"); got.String() != stamped.String() {
			t.Errorf("U3: %s is answered %q without, and %q with an object", action, got, stamped)
		}
	}
}

// Nobody learns by asking whether there is an organization of a name.
func TestOrganizationRequestTellsNoNames(t *testing.T) {
	w := world{}.with(org("zylker", alice), admin(alice, "zylker"))
	for _, action := range []v1alpha1.RequestAction{
		v1alpha1.RequestChooseDefault, v1alpha1.RequestLeave, v1alpha1.RequestChange, v1alpha1.RequestDelete,
	} {
		there, nowhere := request(w, rules.Actor{Email: john}, john, action, "zylker"), request(w, rules.Actor{Email: john}, john, action, "nowhere")
		if there.String() != nowhere.String() || len(there) == 0 || strings.Contains(there.String(), "zylker") {
			t.Errorf("U3: %s is answered %q and %q", action, there, nowhere)
		}
	}
}

func TestOrganizationRequestIsItsAuthorsOwn(t *testing.T) {
	w := world{}.with(org("zylker", alice), admin(alice, "zylker"), member(john, "zylker"))
	if got := request(w, rules.Actor{Email: john}, alice, v1alpha1.RequestLeave, "zylker"); len(got) == 0 || got[0].Rule != "R9" {
		t.Errorf("R9: a request in another's name is answered %v", got)
	}
	asked := asks(john, v1alpha1.RequestLeave, "zylker")
	for sentence, after := range map[string]*v1alpha1.OrganizationRequest{"deletes": nil, "changes": asks(john, v1alpha1.RequestDelete, "zylker")} {
		if got := rules.OrganizationRequest(rules.Worst(w), rules.Act{Actor: rules.Actor{Email: john}, Now: now}, asked, after); len(got) == 0 || got[0].Rule != "R9" {
			t.Errorf("R9: an author who %s a request is answered %v", sentence, got)
		}
	}
}

func TestRequestName(t *testing.T) {
	spec := func(user string, action v1alpha1.RequestAction, organization string) string {
		return rules.RequestName(asks(user, action, organization).Spec)
	}
	for sentence, tc := range map[string]struct {
		one, other string
		same       bool
	}{
		"F2: a person makes one choice of a default at a time":    {spec(john, v1alpha1.RequestChooseDefault, "a"), spec(john, v1alpha1.RequestChooseDefault, "b"), true},
		"R9: and leaves each organization beside":                 {spec(john, v1alpha1.RequestLeave, "a"), spec(john, v1alpha1.RequestLeave, "b"), false},
		"R9: one of a kind in an organization":                    {spec(john, v1alpha1.RequestLeave, "a"), spec(john, v1alpha1.RequestLeave, "a"), true},
		"R9: others wait for nobody's choice":                     {spec(john, v1alpha1.RequestChooseDefault, "a"), spec(bob, v1alpha1.RequestChooseDefault, "a"), false},
		"R9: two Administrators change one organization together": {spec(john, v1alpha1.RequestChange, "a"), spec(bob, v1alpha1.RequestChange, "a"), false},
	} {
		t.Run(sentence, func(t *testing.T) {
			if (tc.one == tc.other) != tc.same {
				t.Errorf("%q and %q", tc.one, tc.other)
			}
		})
	}
}

func TestGeneratedName(t *testing.T) {
	for sentence, tc := range map[string]struct{ name, want string }{
		"U3: the API server names an act": {"", ""},
		"U3: its author does not":         {"bob", "write metadata.generateName instead"},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := rules.GeneratedName(tc.name).String()
			if (tc.want == "") != (got == "") || !strings.Contains(got, tc.want) {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func asks(user string, action v1alpha1.RequestAction, organization string) *v1alpha1.OrganizationRequest {
	return &v1alpha1.OrganizationRequest{Spec: v1alpha1.OrganizationRequestSpec{
		Organization: organization, Action: action, User: user, SubjectUID: "uid",
	}}
}

func request(w world, actor rules.Actor, user string, action v1alpha1.RequestAction, organization string) rules.Violations {
	return rules.OrganizationRequest(rules.Worst(w), rules.Act{Actor: actor, Now: now}, nil, asks(user, action, organization))
}
