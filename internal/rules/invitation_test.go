// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestCreateInvitation(t *testing.T) {
	zylker := staffed()
	const eve = "eve@example.org"
	run(t, map[string]testCase{
		"R4: the super admin invites":        {zylker, by(user(john)).creates(invite(eve, "zylker")), nil, false, nil},
		"R4: an Administrator invites":       {zylker, by(user(alice)).creates(invite(eve, "zylker").from(alice)), nil, false, nil},
		"R4: a Standard member does not":     {zylker, by(user(bob)).creates(invite(eve, "zylker")), []string{"R4"}, false, []string{"only Administrators and the super admin of zylker invite"}},
		"R4: a stranger does not":            {zylker, by(user(eve)).creates(invite(eve, "zylker")), []string{"R4"}, false, nil},
		"R4: in nobody else's name":          {zylker, by(user(alice)).creates(invite(eve, "zylker").from(john)), []string{"R4"}, false, []string{"write " + alice + ", or leave it out"}},
		"R4: a platform actor may":           {zylker, by(platform).creates(invite(eve, "zylker").from(john)), nil, false, nil},
		"R8: before the organization, too":   {world{}, by(platform).creates(invite(eve, "zylker")), nil, false, nil},
		"R8: the organization's people wait": {world{}.with(admin(alice, "zylker")), by(user(alice)).creates(invite(eve, "zylker")), []string{"R4"}, false, nil},
		"I3: members of others are invited":  {zylker.with(elsewhere(9, nil, eve)...), by(user(john)).creates(invite(eve, "zylker")), nil, false, nil},
		"R4: an inviter who may be losing the role is asked to try again": {
			world{}.with(org("zylker", john)).changing(admin(alice, "zylker"), admin(alice, "zylker").suspended()),
			by(user(alice)).creates(invite(eve, "zylker")), []string{"R4"}, true, nil,
		},
	})
}

func TestEndInvitation(t *testing.T) {
	zylker, open := staffed(), invite("eve@example.org", "zylker")
	run(t, map[string]testCase{
		"I10: an Administrator revokes":                    {zylker, by(user(alice)).changes(open, open.revoked()), nil, false, nil},
		"I10: a Standard member does not":                  {zylker, by(user(bob)).changes(open, open.revoked()), []string{"R4"}, false, nil},
		"I10: nor the invitee, who declines":               {zylker, by(user("eve@example.org")).changes(open, open.revoked()), []string{"R4"}, false, nil},
		"I10: an Administrator deletes":                    {zylker, by(user(alice)).deletes(open), nil, false, nil},
		"I10: a Standard member does not delete either":    {zylker, by(user(bob)).deletes(open), []string{"R4"}, false, nil},
		"I2: an accepted one is not revoked":               {zylker, by(user(alice)).changes(open.in(v1alpha1.InvitationAccepted), open.in(v1alpha1.InvitationAccepted).revoked()), []string{"I2"}, false, []string{"is Accepted, and stays so"}},
		"I2: a declined one is not revoked":                {zylker, by(user(alice)).changes(open.in(v1alpha1.InvitationDeclined), open.in(v1alpha1.InvitationDeclined).revoked()), []string{"I2"}, false, nil},
		"I2: an expired one is deleted like any other":     {zylker, by(user(alice)).deletes(open.in(v1alpha1.InvitationExpired)), nil, false, nil},
		"I2: one that is being answered is not revoked":    {zylker.with(open.accepts()), by(user(alice)).changes(open, open.revoked()), []string{"I2"}, false, []string{"has been answered"}},
		"I2: nor what is being declined":                   {zylker.with(open.declines()), by(user(alice)).changes(open, open.revoked()), []string{"I2"}, false, nil},
		"I2: nor deleted":                                  {zylker.with(open.accepts()), by(user(alice)).deletes(open), []string{"I2"}, false, nil},
		"I2: one that was answered long ago is deleted":    {zylker.with(open.accepts()), by(user(alice)).deletes(open.in(v1alpha1.InvitationAccepted)), nil, false, nil},
		"I2: revoke and answer at once: the second waits":  {zylker.perhaps(open.accepts()), by(user(alice)).changes(open, open.revoked()), []string{"I2"}, true, nil},
		"O7: with the organization all of them go":         {world{}.with(org("zylker", john).terminating(), open.accepts()), by(anonymous).deletes(open), nil, false, nil},
		"I9: a Standard member asks for no re-send":        {zylker, by(user(bob)).changes(open, open.resend()), []string{"R4"}, false, nil},
		"R4: an Administrator does not change who invited": {zylker, by(user(alice)).changes(open.invitedBy(john), open.invitedBy(alice)), []string{"R4"}, false, []string{"change who invited"}},
		"R4: nor takes the record away":                    {zylker, by(user(alice)).changes(open.invitedBy(john), open), []string{"R4"}, false, nil},
		"I9: an Administrator does":                        {zylker, by(user(alice)).changes(open, open.resend()), nil, false, nil},
		"I9: a write without another change is not judged": {zylker, by(user(bob)).changes(open, open), nil, false, nil},
	})
}

func TestInvitationResponse(t *testing.T) {
	const eve = "eve@example.org"
	open := invite(eve, "zylker")
	zylker := org("zylker", john).on(v1alpha1.EditionStandard, 20)
	there := world{}.with(zylker, open)
	seven := now.AddDate(0, 0, 6) // invitations are a day old
	accept, decline := by(user(eve)).creates(open.accepts()), by(user(eve)).creates(open.declines())
	run(t, map[string]testCase{
		"I7: the invitee accepts":                       {there, accept, nil, false, nil},
		"I7: the invitee declines":                      {there, decline, nil, false, nil},
		"I7: an Administrator does not accept for them": {there, by(user(john)).creates(open.accepts()), []string{"I7"}, false, []string{"you have no pending invitation of that name"}},
		"I7: nor a platform actor":                      {there, by(platform).creates(open.accepts()), []string{"I7"}, false, nil},
		"I7: nor an actor without an address":           {there, by(anonymous).creates(open.accepts()), []string{"I7"}, false, nil},
		"U3: one that is not there is answered like one that is somebody else's": {
			world{}.with(zylker), accept, []string{"I7"}, false, []string{"you have no pending invitation of that name"},
		},
		"I7: another invitation of the same name is not the one answered": {
			there, by(user(eve)).creates(open.accepts().having(func(r *v1alpha1.InvitationResponse) { r.Spec.InvitationUID = "former" })), []string{"I7"}, false, nil,
		},
		"I3: an invitee of nine organizations accepts a tenth": {there.with(elsewhere(9, nil, eve)...), accept, nil, false, nil},
		"I1: the last instant of the seventh day counts":       {there, accept.changesClock(seven.Sub(now) - 1), nil, false, nil},
		"I1: the first of the eighth does not":                 {there, accept.changesClock(seven.Sub(now)), []string{"I1"}, false, []string{"expired at 2026-03-08 12:00:00 UTC", "ask for a new one"}},
		"I1: nor can it be declined then":                      {there, decline.changesClock(seven.Sub(now)), []string{"I1"}, false, nil},
		"I1: even if status has no deadline": {
			world{}.with(zylker, open.having(func(i *v1alpha1.Invitation) { i.Status.ExpiresAt = nil })), accept.later(7), []string{"I1"}, false, nil,
		},
		"I1, L9: a shorter policy does not move a deadline that was promised": {
			world{}.with(zylker, open.having(func(i *v1alpha1.Invitation) { i.Status.ExpiresAt = &metav1.Time{Time: seven} }),
				policyWith(func(s *v1alpha1.PlatformPolicySpec) {
					s.Invitations = &v1alpha1.InvitationPolicy{ValidDays: new(int32(3))}
				})),
			accept.later(5), nil, false, nil,
		},
		"I1: the policy can give longer": {
			there.with(policyWith(func(s *v1alpha1.PlatformPolicySpec) {
				s.Invitations = &v1alpha1.InvitationPolicy{ValidDays: new(int32(30))}
			})),
			accept.later(20), nil, false, nil,
		},
		"I2: a revoked one is not accepted":           {world{}.with(zylker, open.revoked()), accept, []string{"I7"}, false, nil},
		"I2: nor what expired":                        {world{}.with(zylker, open.in(v1alpha1.InvitationExpired)), accept, []string{"I7"}, false, nil},
		"I2: one that is being revoked is waited for": {world{}.with(zylker).changing(open, open.revoked()), accept, []string{"I7"}, true, nil},
		"I2: only one answer is given":                {there.with(open.declines().called("earlier")), accept, []string{"I2"}, false, []string{"answered already"}},
		"I2: accept and decline at once: the second waits": {
			there.perhaps(open.declines().called("earlier")), accept, []string{"I2"}, true, nil,
		},
		"I2: nobody but platform actors removes an answer":  {there, by(user(eve)).deletes(open.accepts()), []string{"I2"}, false, nil},
		"I2: nor changes one":                               {there, by(user(eve)).changes(open.accepts(), open.declines()), []string{"I2"}, false, nil},
		"I2: the operator removes it when it is done":       {there, by(platform).deletes(open.accepts()), nil, false, nil},
		"I6: not from the list: CRM Plus":                   {world{}.with(zylker.on(v1alpha1.EditionCRMPlus, 9), open), accept, []string{"I6"}, false, []string{"accepted only from its e-mail", "decline the invitation here"}},
		"I6: not from the list: Zoho One":                   {world{}.with(zylker.on(v1alpha1.EditionZohoOne, 9), open), accept, []string{"I6"}, false, nil},
		"I6: not from the list: an IP restriction":          {world{}.with(zylker.restricted(), open), accept, []string{"I6"}, false, nil},
		"I6: not from the list: a Cliq binding":             {there.with(bound("zylker", rules.Cliq, "chat")), accept, []string{"I6"}, false, nil},
		"I6: though it is declined: CRM Plus":               {world{}.with(zylker.on(v1alpha1.EditionCRMPlus, 9), open), decline, nil, false, nil},
		"I6: though it is declined: Zoho One":               {world{}.with(zylker.on(v1alpha1.EditionZohoOne, 9), open), decline, nil, false, nil},
		"I6: though it is declined: an IP restriction":      {world{}.with(zylker.restricted(), open), decline, nil, false, nil},
		"I6: though it is declined: a Cliq binding":         {there.with(bound("zylker", rules.Cliq, "chat")), decline, nil, false, nil},
		"I6: but not by anybody else":                       {there.with(bound("zylker", rules.Cliq, "chat")), by(user(john)).creates(open.declines()), []string{"I7"}, false, nil},
		"I6: another binding is no matter":                  {there.with(bound("zylker", "ZohoDesk", "help")), accept, nil, false, nil},
		"I6: another's Cliq is no matter":                   {there.with(bound("other", rules.Cliq, "chat")), accept, nil, false, nil},
		"G5: a Cliq binding that may just be coming counts": {there.perhaps(bound("zylker", rules.Cliq, "chat")), accept, []string{"I6"}, true, nil},
		"I8: an organization that is not there takes nobody in": {
			world{}.with(open), accept, []string{"I8"}, false, []string{"zylker is not there, or is being deleted", "stays pending"},
		},
		"I8: nor one that is being deleted":                          {world{}.with(zylker.terminating(), open), accept, []string{"I8"}, false, nil},
		"I8: one that may be going is not relied on":                 {world{}.with(open).perhaps(zylker), accept, []string{"I8"}, true, nil},
		"I8: nor does one whose trial has ended":                     {world{}.with(org("zylker", john).trialUntil(now), open), accept, []string{"I8"}, false, []string{"the organization cannot take new members now, and the invitation stays pending; ask the person who invited you"}},
		"I8: which can be declined":                                  {world{}.with(org("zylker", john).trialUntil(now), open), decline, nil, false, nil},
		"L6: an invitee who became a member meanwhile does not join": {there.with(member(eve, "zylker")), accept, []string{"L6"}, false, []string{"you are a member of zylker already"}},
		"I11: a hash that proves nothing is no link": {
			there, by(user(eve)).creates(byLink(open.accepts())), []string{"I11"}, false, []string{"ask for a new invitation"},
		},
		"I11: nor is a token that nobody replaced": {
			there, by(linked(eve)).creates(open.accepts().having(func(r *v1alpha1.InvitationResponse) { r.Spec.Token = "secret" })), []string{"I11"}, false, nil,
		},
		"I7: whoever has the link answers as the invitee":    {there, by(linked(eve)).creates(byLink(open.accepts())), nil, false, nil},
		"I7: the link of another person's e-mail does not":   {there, by(linked(bob)).creates(byLink(open.accepts())), []string{"I7"}, false, nil},
		"I6: the link accepts what the list does not":        {world{}.with(zylker.on(v1alpha1.EditionCRMPlus, 9), open), by(linked(eve)).creates(byLink(open.accepts())), nil, false, nil},
		"I6: also in an organization with an IP restriction": {world{}.with(zylker.restricted(), open), by(linked(eve)).creates(byLink(open.accepts())), nil, false, nil},
		"I1: the link ends with the invitation":              {there, by(linked(eve)).creates(byLink(open.accepts())).later(7), []string{"I1"}, false, nil},
		"I2: the link answers once":                          {there.with(open.declines().called("earlier")), by(linked(eve)).creates(byLink(open.accepts())), []string{"I2"}, false, nil},
	})
}

// TestRefusedInvitee: only an organization's own people may know its state (U3).
func TestRefusedInvitee(t *testing.T) {
	const eve = "eve@example.org"
	open, ended := invite(eve, "zylker"), org("zylker", john).trialUntil(now)
	full := world{}.with(org("zylker", john)).with(crowd(2, "zylker")...)
	accept := by(user(eve)).creates(open.accepts())
	_, overTrial := accept.in(world{}.with(ended, open))
	for sentence, refusal := range map[string]rules.Violations{
		"E3: its trial is over":  overTrial,
		"E5: its seats are full": rules.Limits(rules.Best(full), accept.act, nil, said(open.accepts())),
	} {
		t.Run(sentence, func(t *testing.T) {
			if len(refusal) != 1 || refusal[0].Rule != "I8" || refusal.String() != overTrial.String() {
				t.Fatalf("%v, want one violation of I8 that is the same whatever stands in the way", refusal)
			}
			for _, told := range []string{"trial", "seat", "licence", "used", "subscri"} {
				if strings.Contains(refusal.String(), told) {
					t.Errorf("%q tells of %q", refusal, told)
				}
			}
		})
	}
}

func TestEmailOnly(t *testing.T) {
	zylker := org("zylker", john)
	for sentence, tc := range map[string]struct {
		world               world
		wantWorst, wantBest bool
	}{
		"I6: invitations are listed":                  {world{}.with(zylker), false, false},
		"I6: not on CRM Plus":                         {world{}.with(zylker.on(v1alpha1.EditionCRMPlus, 5)), true, true},
		"I6: not on Zoho One":                         {world{}.with(zylker.on(v1alpha1.EditionZohoOne, 5)), true, true},
		"I6: they are on Ultimate":                    {world{}.with(zylker.on(v1alpha1.EditionUltimate, 5)), false, false},
		"I6: not with an IP restriction":              {world{}.with(zylker.restricted()), true, true},
		"G5: not with a Cliq binding":                 {world{}.with(zylker, bound("zylker", rules.Cliq, "chat")), true, true},
		"G5: once it may be going, only perhaps":      {world{}.with(zylker).perhaps(bound("zylker", rules.Cliq, "chat")), true, false},
		"I6: while the edition changes, only perhaps": {world{}.changing(zylker, zylker.on(v1alpha1.EditionZohoOne, 5)), true, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			worst, best := rules.Worst(tc.world).EmailOnly("zylker"), rules.Best(tc.world).EmailOnly("zylker")
			if worst != tc.wantWorst || best != tc.wantBest {
				t.Errorf("worst %t, best %t; want %t, %t", worst, best, tc.wantWorst, tc.wantBest)
			}
		})
	}
}

func TestDeadline(t *testing.T) {
	offer := rules.Offer{CreatedAt: now.Unix()}
	if got, want := offer.Deadline(rules.DefaultPolicy), now.Add(7*24*time.Hour); !got.Equal(want) {
		t.Errorf("I1: %s, want %s", got, want)
	}
}

func TestUnanswerable(t *testing.T) {
	zylker := org("zylker", john)
	paid := zylker.on(v1alpha1.EditionEnterprise, 9)
	for sentence, tc := range map[string]struct {
		world world
		after time.Duration
		want  string
	}{
		"I5: an invitation is answered from the list":               {world{}.with(paid), 0, ""},
		"E3: on trial too":                                          {world{}.with(zylker), 14*24*time.Hour - time.Second, ""},
		"E3: but not once the trial is over":                        {world{}.with(zylker), 14 * 24 * time.Hour, v1alpha1.ReasonOrganizationSuspended},
		"E3: a subscriber's trial does not matter":                  {world{}.with(paid), 14 * 24 * time.Hour, ""},
		"I6: CRM Plus wants the e-mail":                             {world{}.with(zylker.on(v1alpha1.EditionCRMPlus, 9)), 0, v1alpha1.ReasonEmailOnly},
		"I6: so does a restriction of networks":                     {world{}.with(paid.restricted()), 0, v1alpha1.ReasonEmailOnly},
		"G5: so does a Cliq binding":                                {world{}.with(paid, bound("zylker", rules.Cliq, "network")), 0, v1alpha1.ReasonEmailOnly},
		"E3: of two reasons the first to mend is named":             {world{}.with(zylker.restricted()), 14 * 24 * time.Hour, v1alpha1.ReasonOrganizationSuspended},
		"R8: of an organization that is not there, nothing is said": {world{}, 0, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			reason, message := rules.Unanswerable(rules.Best(tc.world), "zylker", now.Add(tc.after))
			if reason != tc.want || (reason == "") != (message == "") {
				t.Errorf("got %q (%s), want %q", reason, message, tc.want)
			}
		})
	}
}
