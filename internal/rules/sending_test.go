// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

// sent is an invitation of which so many messages were begun, the last one for a request of that time.
func sent(i invitation, sends int32, request time.Time) invitation {
	return i.having(func(i *v1alpha1.Invitation) {
		i.Status.Delivery = &v1alpha1.InvitationDeliveryStatus{Sends: sends}
		if !request.IsZero() {
			i.Status.Delivery.ResendRequestedAt = &metav1.Time{Time: request}
		}
	})
}

// withdrawn is an invitation whose latest message was taken back, after so many attempts that the mail server did not end.
func withdrawn(i invitation, previous, uncertain int32) invitation {
	return i.having(func(i *v1alpha1.Invitation) {
		d := i.Status.Delivery
		d.PreviousLink, d.UncertainAttempts, d.Attempts = previous, uncertain, uncertain
		rules.Withdraw(d)
	})
}

// asked is an invitation with a request to send its e-mail again.
func asked(i invitation, at string) invitation {
	return i.having(func(i *v1alpha1.Invitation) {
		i.Annotations = map[string]string{v1alpha1.ResendRequestedAtAnnotation: at}
	})
}

func TestResend(t *testing.T) {
	zylker, open := staffed(), invite("eve@example.org", "zylker")
	once := sent(open, 1, time.Time{})
	at := now.Format(time.RFC3339)
	resend := func(i invitation, at string) change { return by(user(alice)).changes(i, asked(i, at)) }
	run(t, map[string]testCase{
		"I9: a first re-send":                {zylker, resend(once, at), nil, false, nil},
		"I9: a third":                        {zylker, resend(sent(open, 3, now.Add(-time.Hour)), at), nil, false, nil},
		"I9: but no fourth":                  {zylker, resend(sent(open, 4, now.Add(-time.Hour)), at), []string{"I9"}, false, []string{"used 3 of 3", "create a new one"}},
		"I9: not by a platform actor either": {zylker, by(platform).changes(sent(open, 4, time.Time{}), asked(sent(open, 4, time.Time{}), at)), []string{"I9"}, false, nil},
		"I9: the policy can allow none":      {zylker.with(resends(0)), resend(once, at), []string{"I9"}, false, []string{"the platform sends no e-mail of an invitation again"}},
		"I9: or more":                        {zylker.with(resends(9)), resend(sent(open, 4, time.Time{}), at), nil, false, nil},
		"I9: an earlier time than the last asks for nothing": {zylker, resend(sent(open, 4, now), now.Add(-time.Hour).Format(time.RFC3339)), nil, false, nil},
		"I9: the same time asks for nothing":                 {zylker, resend(sent(open, 4, now), at), nil, false, nil},
		"I9: to take the request away is free":               {zylker, by(user(alice)).changes(asked(once, at), once), nil, false, nil},
		"I9: a time is written in RFC 3339":                  {zylker, resend(once, "now"), []string{"I9"}, false, []string{`"now" is no RFC 3339 time`, "write for example " + now.UTC().Format(time.RFC3339)}},
		"I9: a time of tomorrow would be the last":           {zylker, resend(once, now.AddDate(0, 0, 1).Format(time.RFC3339)), []string{"I9"}, false, []string{"is in the future"}},
		"I9: not of an accepted one":                         {zylker, resend(once.in(v1alpha1.InvitationAccepted), at), []string{"I9"}, false, []string{"create a new one"}},
		"I9: nor of an expired one":                          {zylker, resend(once.in(v1alpha1.InvitationExpired), at), []string{"I9"}, false, nil},
		"I12: the platform says when a recipient agreed":     {zylker, by(platform).changes(open, agreed(open, at)), nil, false, nil},
		"I12: in RFC 3339":                                   {zylker, by(platform).changes(open, agreed(open, "yes")), []string{"I12"}, false, []string{`"yes" is no RFC 3339 time`}},
		"I12: and not for days to come":                      {zylker, by(platform).changes(open, agreed(open, now.AddDate(0, 0, 1).Format(time.RFC3339))), []string{"I12"}, false, []string{"may change their mind"}},
		"I12: also of a new invitation":                      {zylker, by(platform).creates(agreed(open, "yes")), []string{"I12"}, false, nil},
		"I10: a revocation with a request just revokes":      {zylker, by(user(alice)).changes(open, asked(open, at).revoked()), nil, false, nil},
	})
}

// agreed is an invitation whose recipient agreed to get e-mail again, as the platform says.
func agreed(i invitation, at string) invitation {
	return i.having(func(i *v1alpha1.Invitation) {
		i.Annotations = map[string]string{v1alpha1.RecipientAgreedAtAnnotation: at}
	})
}

func TestWantsNoMail(t *testing.T) {
	open := invite("eve@example.org", "zylker")
	said := func(at time.Time) invitation { return agreed(open, at.Format(time.RFC3339)) }
	for sentence, tc := range map[string]struct {
		invitation invitation
		mutedAt    time.Time
		want       bool
	}{
		"I12: a person who never said so gets e-mail": {open, time.Time{}, false},
		"I12: one who said so gets none":              {open, now, true},
		"I12: unless they agreed later":               {said(now.Add(time.Hour)), now, false},
		"I12: if they changed their mind, it is none": {said(now.Add(-time.Hour)), now, true},
		"I12: at the same time, it is none":           {said(now), now, true},
		"I12: what is no time is no agreement":        {agreed(open, "yes"), now, true},
		"I12: an agreement alone does no harm":        {said(now), time.Time{}, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := rules.WantsNoMail(tc.invitation.Invitation, tc.mutedAt); got != tc.want {
				t.Errorf("%t, want %t", got, tc.want)
			}
		})
	}
}

// resends is a policy with that many re-sends.
func resends(n int32) policy {
	return policyWith(func(s *v1alpha1.PlatformPolicySpec) { s.Invitations = &v1alpha1.InvitationPolicy{Sends: new(n)} })
}

func TestNextSend(t *testing.T) {
	open := invite("eve@example.org", "zylker")
	at := now.Format(time.RFC3339)
	for sentence, tc := range map[string]struct {
		invitation invitation
		elsewhere  int32
		muted      bool
		want       rules.Next
	}{
		"I4: the first message":                             {open, 0, false, rules.Send},
		"I9: then nothing, unless somebody asks":            {sent(open, 1, time.Time{}), 0, false, rules.NothingToSend},
		"I9: a re-send":                                     {asked(sent(open, 1, time.Time{}), at), 0, false, rules.Send},
		"I9: which was begun":                               {asked(sent(open, 2, now), at), 0, false, rules.NothingToSend},
		"I9: a fraction of a second asks for no second one": {asked(sent(open, 2, now), now.Add(time.Second/2).Format(time.RFC3339Nano)), 0, false, rules.NothingToSend},
		"I9: three re-sends":                                {asked(sent(open, 3, time.Time{}), at), 0, false, rules.Send},
		"I9: and no more":                                   {asked(sent(open, 4, time.Time{}), at), 0, false, rules.TooMany},
		"I9: what is no time asks for nothing":              {asked(sent(open, 1, time.Time{}), "soon"), 0, false, rules.NothingToSend},
		"I13: those of deleted invitations count":           {open, 4, false, rules.TooMany},
		"I13: until there is room":                          {open, 3, false, rules.Send},
		"I13: together with its own":                        {asked(sent(open, 2, time.Time{}), at), 2, false, rules.TooMany},
		"I12: nothing to somebody who wants no more":        {open, 0, true, rules.Muted},
		"I12: nor on request":                               {asked(sent(open, 1, time.Time{}), at), 0, true, rules.Muted},
		"I12: a withdrawn one, while they want none":        {withdrawn(sent(open, 2, now), 1, 0), 0, true, rules.Muted},
		"I12: and anew once they agree":                     {withdrawn(sent(open, 2, now), 1, 0), 0, false, rules.Send},
		"I13: a withdrawn one does not count":               {withdrawn(sent(open, 4, now), 3, 0), 0, false, rules.Send},
		"I13: unless the mail server may have it":           {withdrawn(sent(open, 4, now), 3, 1), 0, false, rules.TooMany},
		"I12: what was sent was sent":                       {sent(open, 1, time.Time{}), 0, true, rules.NothingToSend},
	} {
		t.Run(sentence, func(t *testing.T) {
			i := tc.invitation.Invitation
			if got, _ := rules.NextSend(rules.DefaultPolicy, i, tc.elsewhere, tc.muted); got != tc.want {
				t.Errorf("%d, want %d", got, tc.want)
			}
		})
	}
}

func TestAWithdrawnMessage(t *testing.T) {
	open := invite("eve@example.org", "zylker")
	for sentence, tc := range map[string]struct {
		invitation     invitation
		valid, mayHave int32
	}{
		"I9: leaves the link of the one before valid":                  {invitation: withdrawn(sent(open, 2, now), 1, 0), valid: 1, mayHave: 1},
		"I9: leaves none valid if it was the first":                    {invitation: withdrawn(sent(open, 1, now), 0, 0)},
		"I9: leaves its own valid if the mail server may have it":      {invitation: withdrawn(sent(open, 2, now), 1, 1), valid: 2, mayHave: 2},
		"I9: and one that is not withdrawn makes earlier ones invalid": {invitation: sent(open, 2, now), valid: 2, mayHave: 2},
	} {
		i := tc.invitation.Invitation
		i.Status.ExpiresAt = nil
		if got := rules.ValidSend(i); got != tc.valid {
			t.Errorf("%s: %d, want %d", sentence, got, tc.valid)
		}
		if got := rules.MayHaveLeft(i, now); got != tc.mayHave {
			t.Errorf("%s: %d may have left, want %d", sentence, got, tc.mayHave)
		}
		if got := rules.SentLately(rules.DefaultPolicy, i, now); got != tc.mayHave {
			t.Errorf("%s: %d count, want %d", sentence, got, tc.mayHave)
		}
	}
	queued := sent(open, 2, now).Invitation
	for wait, want := range map[time.Duration]int32{-time.Second: 2, 0: 2, rules.ClockSkew: 2, rules.ClockSkew + 1: 1} {
		queued.Status.Delivery.NextAttemptAt = &metav1.Time{Time: now.Add(wait)}
		if got := rules.MayHaveLeft(queued, now); got != want {
			t.Errorf("I13: a message has its turn in %s: %d may have left, want %d", wait, got, want)
		}
	}
}

// Each of four first messages is withdrawn, and each time the recipient agrees again.
func TestI13WithdrawnMessagesNeverCount(t *testing.T) {
	i := sent(invite("eve@example.org", "zylker"), 0, now).Invitation
	for n := int32(1); n <= 4; n++ {
		i.Status.Delivery = rules.Begin(i, time.Time{})
		rules.Withdraw(i.Status.Delivery)
		if d := i.Status.Delivery; d.Sends != n || rules.SentLately(rules.DefaultPolicy, i, now) != 0 || rules.ValidSend(i) != 0 {
			t.Fatalf("after %d: %+v", n, d)
		}
	}
	if next, _ := rules.NextSend(rules.DefaultPolicy, i, 0, false); next != rules.Send {
		t.Errorf("the fifth: %v, want Send", next)
	}
	i.Status.Delivery = rules.Begin(i, time.Time{})
	if got := rules.SentLately(rules.DefaultPolicy, i, now); got != 1 || rules.ValidSend(i) != 5 {
		t.Errorf("the fifth is begun: %d count, link %d", got, rules.ValidSend(i))
	}
}

func TestI9AnOldRequestIsNone(t *testing.T) {
	i := sent(invite("eve@example.org", "zylker"), 1, now).Invitation
	i.Status.Delivery.ResendRequestedAt = &metav1.Time{Time: now}
	for sentence, tc := range map[string]struct{ requested, want time.Time }{
		"none":  {time.Time{}, now},
		"older": {now.Add(-time.Hour), now},
		"later": {now.Add(time.Hour), now.Add(time.Hour)},
	} {
		if got := rules.Begin(i, tc.requested).ResendRequestedAt; !got.Time.Equal(tc.want) {
			t.Errorf("%s: %s, want %s", sentence, got, tc.want)
		}
	}
}

func TestSentLately(t *testing.T) {
	last := now.Add(-6 * 24 * time.Hour)
	week := last.AddDate(0, 0, 7)
	taken := func(d *v1alpha1.InvitationStatus) { d.Delivery.LastSentAt = &metav1.Time{Time: last} }
	over := func(d *v1alpha1.InvitationStatus) { d.ExpiresAt = &metav1.Time{Time: last} }
	for sentence, tc := range map[string]struct {
		status func(*v1alpha1.InvitationStatus)
		at     time.Time
		want   int32
	}{
		"I13: all count for seven days":                             {taken, week.Add(-1), 2},
		"I13: and not from their end on":                            {taken, week, 0},
		"I13: what is on its way counts":                            {func(*v1alpha1.InvitationStatus) {}, now.AddDate(1, 0, 0), 2},
		"I13: what was not taken before the deadline counts a week": {over, week.Add(-1), 2},
		"I13: and no longer":                                        {over, week, 0},
	} {
		i := sent(invite("eve@example.org", "zylker"), 2, time.Time{}).Invitation
		i.Status.ExpiresAt = nil
		tc.status(&i.Status)
		if got := rules.SentLately(rules.DefaultPolicy, i, tc.at); got != tc.want {
			t.Errorf("%s: %d, want %d", sentence, got, tc.want)
		}
	}
}

func TestI13AtOnce(t *testing.T) {
	for perMinute, want := range map[int32]int{1: 1, 6: 1, 12: 2, 60: 10, 300: 50, 10_000: 1666} {
		if got := rules.AtOnce(perMinute); got != want {
			t.Errorf("%d a minute: %d may leave at once, want %d", perMinute, got, want)
		}
	}
}
