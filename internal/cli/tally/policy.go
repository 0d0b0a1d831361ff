// SPDX-License-Identifier: Apache-2.0

package tally

import (
	"context"
	"maps"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// Over is somebody or something beyond a limit.
type Over struct {
	Rule string `json:"rule"`
	What string `json:"what"`
	Used int32  `json:"used"`
	// Now is the limit in force, Then that of the policy.
	Now  int32 `json:"now"`
	Then int32 `json:"then"`
}

// Person is one whom a policy leaves beyond a limit.
type Person struct {
	Email string `json:"email"`
	Over  `json:",inline"`
}

// Organization is one that a policy leaves beyond a limit.
type Organization struct {
	Name string `json:"name"`
	Over `json:",inline"`
}

// Forecast is what a policy would leave beyond a limit. It takes nothing from anybody: they only get nothing new (L9).
type Forecast struct {
	People        []Person       `json:"people"`
	Organizations []Organization `json:"organizations"`
}

// Cluster is all that the limits count, under the policy in force.
type Cluster struct {
	view     *facts.View
	people   map[string]bool
	accounts []*v1alpha1.Organization
	bindings []*v1alpha1.IntegrationBinding
}

// Read lists what the limits count. It takes the rights of a platform actor.
func Read(ctx context.Context, c client.Reader) (*Cluster, error) {
	all := &Cluster{view: facts.NewView("polyorg.invalid"), people: map[string]bool{}}
	for kind, list := range map[string]client.ObjectList{
		"Organization": &v1alpha1.OrganizationList{}, "Membership": &v1alpha1.MembershipList{}, "Invitation": &v1alpha1.InvitationList{},
		"InvitationResponse": &v1alpha1.InvitationResponseList{}, "IntegrationBinding": &v1alpha1.IntegrationBindingList{},
		"PlatformPolicy": &v1alpha1.PlatformPolicyList{},
	} {
		if err := all.read(ctx, c, kind, list); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (c *Cluster) read(ctx context.Context, from client.Reader, kind string, list client.ObjectList) error {
	var objects []any
	err := Each(ctx, from, list, func(obj client.Object) {
		c.note(obj)
		objects = append(objects, obj)
	})
	if err != nil {
		return err
	}
	return c.view.Store(kind).Replace(objects, list.GetResourceVersion())
}

// note keeps who and what can be beyond a limit.
func (c *Cluster) note(obj client.Object) {
	switch o := obj.(type) {
	case *v1alpha1.Organization:
		c.people[o.Spec.SuperAdmin] = true
		c.accounts = append(c.accounts, o)
	case *v1alpha1.Membership:
		c.people[o.Spec.User] = true
	case *v1alpha1.Invitation:
		c.people[o.Spec.Email] = true
	case *v1alpha1.IntegrationBinding:
		c.bindings = append(c.bindings, o)
	}
}

// Under is what a policy would leave beyond a limit.
func (c *Cluster) Under(p *v1alpha1.PlatformPolicy) (f Forecast, err error) {
	now := c.count()
	if err := c.view.Store("PlatformPolicy").Update(p); err != nil {
		return f, err
	}
	then := c.count()
	for _, email := range slices.Sorted(maps.Keys(c.people)) {
		for i, line := range then.people[email] {
			if line.Used > line.Limit {
				f.People = append(f.People, Person{email, Over{line.Rule, line.What, line.Used, now.people[email][i].Limit, line.Limit}})
			}
		}
	}
	for i, o := range then.organizations {
		if o.Used > o.Then {
			o.Now = now.organizations[i].Then
			f.Organizations = append(f.Organizations, o)
		}
	}
	return f, err
}

// counts are the numbers under one policy.
type counts struct {
	people        map[string][]Line
	organizations []Organization
}

func (c *Cluster) count() (n counts) {
	n.people = map[string][]Line{}
	c.view.Judge(facts.NewOverlay(nil), nil, func(w facts.World) {
		o := rules.Best(w)
		for email := range c.people {
			n.people[email] = lines(rules.UsageOf(o, email))
		}
		for _, org := range c.accounts {
			n.organizations = append(n.organizations, seats(w, o.Policy(), org))
		}
	})
	for _, b := range c.bindings {
		n.organizations = append(n.organizations, c.binding(b))
	}
	return n
}

// seats are those of an organization (E5).
func seats(w facts.World, p rules.Policy, org *v1alpha1.Organization) Organization {
	used, _ := w.Seats(org.Name)
	o := Organization{org.Name, Over{Rule: "E5", What: "seats", Used: used}}
	for _, f := range facts.Of(org, "") {
		if account, is := f.(rules.Account); is {
			o.Then = account.Seats(p)
		}
	}
	return o
}

// binding is an account of an application, beside the others of its organization and its account (G1).
func (c *Cluster) binding(b *v1alpha1.IntegrationBinding) Organization {
	o := Organization{facts.OrganizationOf(b.Namespace), Over{Rule: "G1", What: b.Spec.Application + " " + b.Spec.Account}}
	c.view.Judge(facts.NewOverlay(nil), &facts.Entry{UID: b.UID}, func(w facts.World) {
		for _, v := range rules.Surplus(rules.Best(w), facts.Of(b, "")) {
			o.Used, o.Then = v.Used+1, v.Limit // the others, and itself
		}
	})
	return o
}
