// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
	"github.com/polyorg/polyorg/test/record"
)

// stage is the people and organizations of a history. There are few, so that they meet.
type stage struct {
	people   []string // local parts of e-mail addresses
	settled  []string // organizations that stay
	passing  []string // organizations that come and go
	hosts    []string // access-URL names that all want
	accounts []string // of applications
}

func newStage(prefix string) *stage {
	return &stage{
		people: numbered(prefix+"-p", 8), settled: numbered(prefix+"-o", 6), passing: numbered(prefix+"-c", 3),
		hosts: numbered(prefix+"-shop", 3), accounts: numbered(prefix+"-site", 3),
	}
}

func address(person string) string { return person + "@zylker.com" }

// A draw is the random choices for one act.
type draw struct {
	*stage
	*rand.Rand
	person, other, organization, passer, host, account string
}

func (s *stage) draw(dice *rand.Rand) draw {
	one := func(of []string) string { return of[dice.IntN(len(of))] }
	return draw{
		stage: s, Rand: dice, person: one(s.people), other: one(s.people), passer: one(s.passing), host: one(s.hosts),
		account: one(s.accounts), organization: one(append(s.settled[:len(s.settled):len(s.settled)], s.passing[0])),
	}
}

// An act is one kind of request, drawn as often as its weight says.
type act struct {
	name   string
	weight int
	do     func(context.Context, draw) error
}

var acts = []act{
	{"create a membership", 8, joinAct},
	{"delete a membership", 6, leaveAct},
	{"suspend or resume", 3, suspend},
	{"invite", 6, invite},
	{"answer", 8, answerAct},
	{"revoke", 2, revoke},
	{"delete an invitation", 2, withdraw},
	{"change edition and licences", 4, subscribe},
	{"transfer", 2, transfer},
	{"change hosts", 3, rename},
	{"bind", 4, bind},
	{"unbind", 3, unbind},
	{"reserve a host", 1, reserve},
	{"free a host", 1, free},
	{"create an organization", 3, found},
	{"delete an organization", 1, end},
	{"change the limits", 1, legislate},
}

// next draws an act.
func next(dice *rand.Rand) act {
	total := 0
	for _, a := range acts {
		total += a.weight
	}
	n := dice.IntN(total)
	for _, a := range acts {
		if n -= a.weight; n < 0 {
			return a
		}
	}
	panic("no act")
}

func joinAct(ctx context.Context, d draw) error {
	m := newMembership(d.organization, d.person, address(d.person))
	if d.IntN(2) == 0 {
		m.Spec.Role = v1alpha1.RoleAdministrator
	}
	if d.IntN(4) == 0 {
		m.Spec.UserType = v1alpha1.UserTypeExternal
	}
	return create(ctx, platform, m)
}

// leaveAct is a request of the platform or of the member.
func leaveAct(ctx context.Context, d draw) error {
	c := platform
	if d.IntN(2) == 0 {
		c = as(address(d.person))
	}
	return c.Delete(ctx, newMembership(d.organization, d.person, ""))
}

func suspend(ctx context.Context, d draw) error {
	m := newMembership(d.organization, d.person, "")
	return patch(ctx, platform, m, fmt.Sprintf(`{"suspended":%t}`, d.IntN(2) == 0))
}

// invite is a request of the platform, or of somebody who may not have the right.
func invite(ctx context.Context, d draw) error {
	i := newInvitation(d.organization, address(d.person))
	i.Name = lab.Unique("inv")
	if d.IntN(3) == 0 {
		return create(ctx, as(address(d.other)), i)
	}
	return create(ctx, platform, i)
}

// errNothing says that there is nothing to ask for.
var errNothing = errors.New("nothing")

// offered draws one of somebody's invitations, pending or not.
func (d draw) offered(ctx context.Context) (*v1alpha1.Invitation, error) {
	var all v1alpha1.InvitationList
	err := platform.List(ctx, &all, client.MatchingFields{"spec.email": address(d.person)})
	switch {
	case err != nil:
		return nil, err
	case len(all.Items) == 0:
		return nil, errNothing
	}
	from := d.IntN(len(all.Items))
	for n := range all.Items { // a pending one if there is one
		if i := &all.Items[(from+n)%len(all.Items)]; record.IsPending(i) {
			return i, nil
		}
	}
	return &all.Items[from], nil
}

func answerAct(ctx context.Context, d draw) error {
	i, err := d.offered(ctx)
	if err != nil {
		return err
	}
	r := &v1alpha1.InvitationResponse{ObjectMeta: metav1.ObjectMeta{GenerateName: "answer-"}}
	r.Spec.Invitation = &v1alpha1.InvitationReference{Namespace: i.Namespace, Name: i.Name}
	r.Spec.Decision = v1alpha1.DecisionAccept
	if d.IntN(4) == 0 {
		r.Spec.Decision = v1alpha1.DecisionDecline
	}
	return create(ctx, as(address(d.person)), r)
}

func revoke(ctx context.Context, d draw) error {
	i, err := d.offered(ctx)
	if err != nil {
		return err
	}
	return patch(ctx, platform, i, `{"revoked":true}`)
}

func withdraw(ctx context.Context, d draw) error {
	i, err := d.offered(ctx)
	if err != nil {
		return err
	}
	return platform.Delete(ctx, i)
}

func subscribe(ctx context.Context, d draw) error {
	editions := []v1alpha1.Edition{v1alpha1.EditionStandard, v1alpha1.EditionEnterprise, v1alpha1.EditionCRMPlus, v1alpha1.EditionZohoOne}
	o := newOrganization(d.organization, "", 0)
	if d.IntN(6) == 0 {
		return patch(ctx, platform, o, `{"subscription":null}`)
	}
	return patch(ctx, platform, o, fmt.Sprintf(`{"subscription":{"edition":%q,"licenses":%d}}`, editions[d.IntN(len(editions))], 1+d.IntN(8)))
}

func transfer(ctx context.Context, d draw) error {
	return patch(ctx, platform, newOrganization(d.organization, "", 0), fmt.Sprintf(`{"superAdmin":%q}`, address(d.person)))
}

func rename(ctx context.Context, d draw) error {
	o := newOrganization(d.organization, "", 0)
	if d.IntN(3) == 0 {
		return patch(ctx, platform, o, `{"accessURL":null}`)
	}
	return patch(ctx, platform, o, fmt.Sprintf(`{"accessURL":{"name":%q,"customDomain":%q}}`, d.host, d.host+".example.org"))
}

// bound draws a binding: of an application with one slot an organization, or of one with five.
func (d draw) bound() *v1alpha1.IntegrationBinding {
	if d.IntN(2) == 0 {
		return newBinding(d.organization, d.account+"-desk", "ZohoDesk", d.account)
	}
	return newBinding(d.organization, d.account+"-salesiq", "ZohoSalesIQ", d.account)
}

func bind(ctx context.Context, d draw) error { return create(ctx, platform, d.bound()) }

func unbind(ctx context.Context, d draw) error { return platform.Delete(ctx, d.bound()) }

func (d draw) reservation() *v1alpha1.HostReservation {
	return &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: d.host + "." + record.BaseDomain}}
}

func reserve(ctx context.Context, d draw) error { return create(ctx, platform, d.reservation()) }

func free(ctx context.Context, d draw) error { return platform.Delete(ctx, d.reservation()) }

// found is a request of the platform, with a subscription, or of somebody who may not have the right.
func found(ctx context.Context, d draw) error {
	o, c := newOrganization(d.passer, address(d.person), 0), as(address(d.person))
	if d.IntN(2) == 0 {
		o.Spec.Subscription, c = &v1alpha1.Subscription{Edition: v1alpha1.EditionEnterprise, Licenses: 3}, platform
	}
	if d.IntN(2) == 0 {
		o.Spec.AccessURL = &v1alpha1.AccessURL{Name: d.host}
	}
	return create(ctx, c, o)
}

func end(ctx context.Context, d draw) error {
	return platform.Delete(ctx, newOrganization(d.passer, "", 0))
}

// legislate replaces the limits, higher or lower.
func legislate(ctx context.Context, d draw) error {
	p := defaultPolicy()
	p.Spec.Limits = limits(int32(3+d.IntN(3)), int32(2+d.IntN(2)), int32(1+d.IntN(4)))
	p.Spec.Trial = &v1alpha1.TrialPolicy{Licenses: ptr.To(int32(2 + d.IntN(3)))}
	data, err := json(p.Spec)
	if err != nil {
		return err
	}
	return patch(ctx, platform, p, data)
}
