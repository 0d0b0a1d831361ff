// SPDX-License-Identifier: Apache-2.0

package show

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/doctor"
	"github.com/polyorg/polyorg/internal/cli/roster"
	"github.com/polyorg/polyorg/internal/cli/tally"
	"github.com/polyorg/polyorg/internal/rules"
)

var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func at(t time.Time) *metav1.Time { return &metav1.Time{Time: t} }

// shown compares what is written with what people should see. Spaces at the ends of lines do not count.
func shown(t *testing.T, want string, write func(*bytes.Buffer) error) {
	t.Helper()
	var got bytes.Buffer
	if err := write(&got); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(got.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), strings.Join(lines, "\n")); diff != "" {
		t.Error(diff)
	}
}

func organization(name string, role v1alpha1.Role, reason v1alpha1.ActiveReason) v1alpha1.ReviewedOrganization {
	return v1alpha1.ReviewedOrganization{Reason: reason, UserOrganization: v1alpha1.UserOrganization{
		Name: name, DisplayName: "Zylker " + name, Role: role, UserType: v1alpha1.UserTypeInternal, Origin: v1alpha1.OriginInvited,
		Edition: v1alpha1.EditionEnterprise, Active: reason == v1alpha1.MembershipActive,
	}}
}

func TestReview(t *testing.T) {
	labs, services, sales := organization("labs", v1alpha1.RoleSuperAdmin, v1alpha1.MembershipActive),
		organization("services", v1alpha1.RoleStandard, v1alpha1.MembershipSuspended), organization("sales", v1alpha1.RoleStandard, v1alpha1.MembershipActive)
	other := organization("other", v1alpha1.RoleStandard, v1alpha1.MembershipActive)
	labs.Default, labs.AccessURL, sales.Suspended = true, "https://labs.crm.example.com", true
	lapsed := sales
	lapsed.SuspendedReason, lapsed.SubscriptionEndsAt = v1alpha1.ReasonSubscriptionEnded, at(now)
	stopped := sales
	stopped.SuspendedReason, stopped.SuspendedMessage, stopped.TrialEndsAt = v1alpha1.ReasonSuspendedByPlatform, "Unpaid invoices", at(now)
	expired := sales
	expired.SuspendedReason, expired.TrialEndsAt = v1alpha1.ReasonTrialEnded, at(now)
	offer := v1alpha1.ReviewedInvitation{DisplayName: "Blue Pine", UserType: v1alpha1.UserTypeInternal, InvitedBy: "mary@bluepine.com"}
	offer.Organization, offer.Name, offer.Role, offer.ExpiresAt = "bluepine", "john", v1alpha1.RoleAdministrator, at(now.Add(50*time.Hour))
	for sentence, tc := range map[string]struct {
		review v1alpha1.SelfReviewStatus
		want   string
	}{
		"everything": {v1alpha1.SelfReviewStatus{
			User: "john@zylker.com", Organizations: []v1alpha1.ReviewedOrganization{labs, sales, services},
			Invitations: []v1alpha1.ReviewedInvitation{offer}, InvitationsByEmail: 1,
			Requests: []v1alpha1.ReviewedRequest{
				{Action: "Delete", Organization: "labs", Ready: metav1.ConditionFalse, CompletedAt: at(now.Add(-2 * time.Minute)), Message: "it is protected [O7]"},
				{Action: "Leave", Organization: "old", Ready: metav1.ConditionTrue, CompletedAt: at(now.Add(-time.Minute)), Message: "done"},
				{Action: "Change", Organization: "labs", Ready: metav1.ConditionFalse, Message: "waits for its turn"},
			},
		}, `
DEFAULT   NAME       DISPLAY NAME      ROLE         EDITION      ACTIVE                       URL
*         labs       Zylker labs       SuperAdmin   Enterprise   yes                          https://labs.crm.example.com
          sales      Zylker sales      Standard     Enterprise   no: organization suspended   -
          services   Zylker services   Standard     Enterprise   no: membership suspended     -

Invitations:
ORGANIZATION   DISPLAY NAME   ROLE            TYPE       INVITED BY          ENDS
bluepine       Blue Pine      Administrator   Internal   mary@bluepine.com   in 2d2h
Answer one: kubectl polyorg accept ORGANIZATION, or kubectl polyorg decline ORGANIZATION

1 more invitation can be accepted only by the link in its e-mail.

What you asked for:
ACTION   ORGANIZATION   STATE       ENDED     MESSAGE
Change   labs           under way   -         waits for its turn
Leave    old            done        60s ago   done
Delete   labs           not done    2m ago    it is protected [O7]
`},
		"E3, E8: suspended organizations": {v1alpha1.SelfReviewStatus{
			User: "john@zylker.com", Organizations: []v1alpha1.ReviewedOrganization{lapsed, stopped, expired}}, `
DEFAULT   NAME    DISPLAY NAME   ROLE       EDITION                    ACTIVE                       URL
          sales   Zylker sales   Standard   Enterprise (ended)         no: organization suspended   -
          sales   Zylker sales   Standard   Enterprise (trial)         no: organization suspended   -
          sales   Zylker sales   Standard   Enterprise (trial ended)   no: organization suspended   -
`},
		"F3: a default that is gone, and one that can take its place": {v1alpha1.SelfReviewStatus{
			User: "john@zylker.com", ChoiceDue: true, Organizations: []v1alpha1.ReviewedOrganization{services, other}}, `
DEFAULT   NAME       DISPLAY NAME      ROLE       EDITION      ACTIVE                     URL
          services   Zylker services   Standard   Enterprise   no: membership suspended   -
          other      Zylker other      Standard   Enterprise   yes                        -

The default organization is gone. Choose another: kubectl polyorg default NAME
`},
		"F3: and none that can": {v1alpha1.SelfReviewStatus{
			User: "john@zylker.com", ChoiceDue: true, Organizations: []v1alpha1.ReviewedOrganization{services}}, `
DEFAULT   NAME       DISPLAY NAME      ROLE       EDITION      ACTIVE                     URL
          services   Zylker services   Standard   Enterprise   no: membership suspended   -

The default organization is gone. None of the organizations is active, so there is none to choose.
`},
		"F3: and an invitation": {v1alpha1.SelfReviewStatus{
			User: "john@zylker.com", ChoiceDue: true, Invitations: []v1alpha1.ReviewedInvitation{offer}}, `
john@zylker.com belongs to no organization.

The default organization is gone. To have one again, accept an invitation.

Invitations:
ORGANIZATION   DISPLAY NAME   ROLE            TYPE       INVITED BY          ENDS
bluepine       Blue Pine      Administrator   Internal   mary@bluepine.com   in 2d2h
Answer one: kubectl polyorg accept ORGANIZATION, or kubectl polyorg decline ORGANIZATION
`},
		"F3: and nothing at all": {v1alpha1.SelfReviewStatus{User: "john@zylker.com", ChoiceDue: true}, `
john@zylker.com belongs to no organization.

The default organization is gone. To have one again, create an organization: kubectl polyorg create NAME
`},
		"I6: what waits for e-mails": {v1alpha1.SelfReviewStatus{User: "john@zylker.com", InvitationsByEmail: 2}, `
john@zylker.com belongs to no organization.

2 more invitations can be accepted only by the links in their e-mails.
`},
	} {
		t.Run(sentence, func(t *testing.T) {
			shown(t, tc.want, func(w *bytes.Buffer) error { return Review(w, tc.review, now, false) })
		})
	}
}

func TestOrganization(t *testing.T) {
	o := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "labs"}, Spec: v1alpha1.OrganizationSpec{
		DisplayName: "Zylker Labs", SuperAdmin: "john@zylker.com", IPRestriction: &v1alpha1.IPRestriction{AllowedCIDRs: []string{"203.0.113.0/24"}}}}
	o.Status = v1alpha1.OrganizationStatus{
		EditionText: "Enterprise (trial)", Seats: v1alpha1.SeatsStatus{Used: 2, Purchased: 3, Pending: 1}, Namespace: "org-labs",
		Trial: &v1alpha1.TrialStatus{EndsAt: metav1.Time{Time: now}}, InvitationDelivery: v1alpha1.InvitationDeliveryEmailOnly,
		Invitations:   &v1alpha1.InvitationsStatus{Pending: 5, Sent: 2, Waiting: 2, Undelivered: 1},
		PreviousHosts: []v1alpha1.PreviousHost{{Host: "old.crm.example.com", ReservedUntil: at(now)}},
		Conditions:    []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonActive, Message: "In service"}},
	}
	shown(t, `
Name:             labs
Display name:     Zylker Labs
Super admin:      john@zylker.com
Edition:          Enterprise (trial)
Seats:            2 of 3 in use, 1 of these by pending invitations
Trial ends:       Sun, 29 Nov 2026 12:00:00 UTC
Reserved hosts:   old.crm.example.com until 2026-11-29
Invitations:      can be accepted only by the link in their e-mail
Pending:          5 invitations (e-mails: 2 sent, 2 waiting, 1 not delivered)
Networks:         203.0.113.0/24
Protected:        no
Namespace:        org-labs
Ready:            True, Active: In service
`, func(w *bytes.Buffer) error { return Organization(w, o) })
}

// Members read the platform's reason, and nobody else does (E8).
func TestE8TheReasonOfASuspension(t *testing.T) {
	o := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "labs"}, Spec: v1alpha1.OrganizationSpec{
		DisplayName: "Zylker Labs", SuperAdmin: "john@zylker.com", Suspended: &v1alpha1.OrganizationSuspension{Reason: "Unpaid invoices"},
		Subscription: &v1alpha1.Subscription{Edition: v1alpha1.EditionUltimate, Licenses: 5, EndsAt: at(now)}}}
	o.Status.EditionText = "Ultimate"
	shown(t, `
Name:                labs
Display name:        Zylker Labs
Super admin:         john@zylker.com
Edition:             Ultimate
Seats:               0 of 0 in use, 0 of these by pending invitations
Subscription ends:   Sun, 29 Nov 2026 12:00:00 UTC
Suspended:           Unpaid invoices
Protected:           no
`, func(w *bytes.Buffer) error { return Organization(w, o) })
	member := organization("labs", v1alpha1.RoleStandard, v1alpha1.MembershipActive)
	member.Suspended, member.SuspendedReason, member.SuspendedMessage = true, v1alpha1.ReasonSuspendedByPlatform, "Unpaid invoices"
	shown(t, `
Name:           labs
Display name:   Zylker labs
Your role:      Standard
Your type:      Internal
Active:         no: organization suspended
Your default:   no
Edition:        Enterprise
Suspended:      Unpaid invoices
`, func(w *bytes.Buffer) error { return Member(w, member) })
}

func TestA8CustomDomains(t *testing.T) {
	record := v1alpha1.DNSRecord{Name: "_polyorg-challenge.crm.zylker.com", Value: "polyorg-abc"}
	free := metav1.Condition{Type: v1alpha1.ConditionCustomDomainReady, Status: metav1.ConditionTrue}
	const text = `_polyorg-challenge.crm.zylker.com. TXT "polyorg-abc"`
	for sentence, tc := range map[string]struct {
		status     *v1alpha1.CustomDomainStatus
		conditions []metav1.Condition
		want, dns  string
		look       string
	}{
		"none":                  {nil, nil, "", "", ""},
		"one that waits":        {&v1alpha1.CustomDomainStatus{State: v1alpha1.CustomDomainProvisional, EndsAt: at(now)}, nil, "crm.zylker.com is not served until the DNS record below proves it; the claim ends Sun, 29 Nov 2026 12:00:00 UTC", text, ""},
		"one that is proved":    {&v1alpha1.CustomDomainStatus{State: v1alpha1.CustomDomainProved}, []metav1.Condition{free}, "crm.zylker.com, proved", text, ""},
		"one that is not free":  {&v1alpha1.CustomDomainStatus{State: v1alpha1.CustomDomainProved}, nil, "crm.zylker.com is proved, and is not free", text, ""},
		"one without proof":     {&v1alpha1.CustomDomainStatus{State: v1alpha1.CustomDomainProved, Waived: true}, []metav1.Condition{free}, "crm.zylker.com, without proof", "", ""},
		"one whose record went": {&v1alpha1.CustomDomainStatus{State: v1alpha1.CustomDomainMissing, EndsAt: at(now), LastLook: &v1alpha1.DNSLook{At: *at(now), Message: "it did not exist"}}, []metav1.Condition{free}, "crm.zylker.com is lost Sun, 29 Nov 2026 12:00:00 UTC unless the DNS record below comes back", text, "Sun, 29 Nov 2026 12:00:00 UTC: it did not exist"},
		"one that was lost":     {&v1alpha1.CustomDomainStatus{State: v1alpha1.CustomDomainLapsed, EndsAt: at(now)}, nil, "crm.zylker.com is not served; the claim ended Sun, 29 Nov 2026 12:00:00 UTC", text, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			o := &v1alpha1.Organization{Status: v1alpha1.OrganizationStatus{CustomDomain: tc.status, Conditions: tc.conditions}}
			if tc.status != nil {
				tc.status.Host, tc.status.Record = "crm.zylker.com", record
			}
			got := []string{customDomain(o), domainRecord(tc.status), domainLook(tc.status)}
			if diff := cmp.Diff([]string{tc.want, tc.dns, tc.look}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRoster(t *testing.T) {
	r := roster.Report{Organization: "labs", Stopped: "every seat is in use [E5]", Entries: []roster.Entry{
		{Email: "a@x.com", Outcome: roster.Invited}, {Email: "b@x.com", Outcome: roster.Member}, {Email: "z@x.com", Outcome: roster.NotSent},
	}}
	for i, email := range strings.Fields("c@x d@x e@x f@x g@x h@x i@x") {
		r.Entries = append(r.Entries, roster.Entry{Line: i, Email: email, Outcome: roster.Refused, Why: email + " has too many [L7]"})
	}
	shown(t, `
labs: 1 invited, 1 member already, 7 refused, 1 not sent.

Refused:
  the person has too many [L7]
    7: c@x, d@x (line 1), e@x (line 2), f@x (line 3), g@x (line 4) and 2 more

Stopped: every seat is in use [E5]
Once that is solved, the same command goes on.

To have all of it in a file, add --report FILE.
`, func(w *bytes.Buffer) error {
		Roster(w, r, "", false)
		return nil
	})
}

// A dry run admits each of many people to the last seat.
func TestRosterDryRun(t *testing.T) {
	r := roster.Report{Organization: "labs", Entries: []roster.Entry{
		{Email: "a@x.com", Outcome: roster.Invited}, {Email: "b@x.com", Outcome: roster.Member}, {Email: "c@x.com", Outcome: roster.Member}}}
	shown(t, `
labs: 1 would be invited, 2 members already.
A dry run judges each address alone, and counts no seats for the others of the list.
Free seats: kubectl polyorg show labs
`, func(w *bytes.Buffer) error {
		Roster(w, r, "", true)
		return nil
	})
}

func TestRosterInterrupted(t *testing.T) {
	r := roster.Report{Organization: "labs", Stopped: roster.Interrupted, Entries: []roster.Entry{
		{Email: "a@x.com", Outcome: roster.Invited}, {Email: "b@x.com", Outcome: roster.Unclear}, {Email: "c@x.com", Outcome: roster.NotSent},
	}}
	shown(t, `
labs: 1 invited, 1 not sent, 1 without an answer.

You stopped it. The same command goes on.
Those without an answer may be invited. The same command finds that out.
`, func(w *bytes.Buffer) error {
		Roster(w, r, "", false)
		return nil
	})
}

func TestLimits(t *testing.T) {
	shown(t, `
LIMIT                        USED   OF         RULE   ORGANIZATIONS
organizations                3      10         L1     a,b,c
created, or super admin of   5      5 (full)   L2     -
CRM Plus, created            2      1 (over)   L3     -
`, func(w *bytes.Buffer) error {
		return Limits(w, []tally.Line{
			{Rule: "L1", What: "organizations", Used: 3, Limit: 10, Organizations: []string{"a", "b", "c"}},
			{Rule: "L2", What: "created, or super admin of", Used: 5, Limit: 5}, {Rule: "L3", What: "CRM Plus, created", Used: 2, Limit: 1},
		}, false)
	})
}

func TestForecast(t *testing.T) {
	shown(t, "This policy would leave nobody, and no organization, beyond a limit.\n", func(w *bytes.Buffer) error { return Forecast(w, tally.Forecast{}, false) })
	shown(t, `
PERSON            LIMIT           RULE   USED   NOW   THEN
john@zylker.com   organizations   L1     3      10    2

ORGANIZATION   LIMIT   RULE   USED   NOW   THEN
labs           seats   E5     2      3     1

They keep what they have, and get nothing new until they are within the limit (L9).
`, func(w *bytes.Buffer) error {
		return Forecast(w, tally.Forecast{
			People:        []tally.Person{{Email: "john@zylker.com", Over: tally.Over{Rule: "L1", What: "organizations", Used: 3, Now: 10, Then: 2}}},
			Organizations: []tally.Organization{{Name: "labs", Over: tally.Over{Rule: "E5", What: "seats", Used: 2, Now: 3, Then: 1}}},
		}, false)
	})
}

func TestFindings(t *testing.T) {
	shown(t, `
PART      STATE     FOUND
journal   OK        it is open
mail      Warning   there is no server

What to do:
  mail: set one.

A part with a warning works. Only a fault gives the exit code 7.
`, func(w *bytes.Buffer) error {
		return Findings(w, []doctor.Finding{{Part: "journal", State: doctor.OK, Found: "it is open"}, {Part: "mail", State: doctor.Warning, Found: "there is no server", Do: "set one"}})
	})
}

func TestRule(t *testing.T) {
	shown(t, `
X1: a rule

It says so.

Changed in the PlatformPolicy:   spec.limits.x
Refused, for example:            no [X1]

A sample that it refuses:

# rule: X1
`, func(w *bytes.Buffer) error {
		return Rule(w, Explanation{rules.Rule{ID: "X1", Title: "a rule", Sentence: "It says so.", Fields: []string{"spec.limits.x"}, Refused: "no [X1]"}, "# rule: X1\n"})
	})
}
