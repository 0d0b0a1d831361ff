// SPDX-License-Identifier: Apache-2.0

package command

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
)

func from(organizations ...string) (s v1alpha1.SelfReviewStatus) {
	for _, name := range organizations {
		i := v1alpha1.ReviewedInvitation{}
		i.Organization, i.Name = name, "me"
		s.Invitations = append(s.Invitations, i)
	}
	return s
}

func TestPick(t *testing.T) {
	byEmail := from()
	byEmail.InvitationsByEmail = 1
	for sentence, tc := range map[string]struct {
		review v1alpha1.SelfReviewStatus
		named  string
		want   string
		code   plain.Code
	}{
		"the one that is named":               {from("labs", "sales"), "sales", "sales", plain.Done},
		"the only one needs no name":          {from("labs"), "", "labs", plain.Done},
		"of several, one must be named":       {from("labs", "sales"), "", "", plain.Misused},
		"one that there is not":               {from("labs"), "sales", "", plain.NotFound},
		"none at all":                         {from(), "", "", plain.NotFound},
		"I6: one that only its e-mail offers": {byEmail, "labs", "", plain.NotFound},
	} {
		t.Run(sentence, func(t *testing.T) {
			got, err := pick(tc.review, tc.named)
			if plain.CodeOf(err) != tc.code || err == nil && got.Organization != tc.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestIsDone(t *testing.T) {
	joined := from()
	joined.Organizations = []v1alpha1.ReviewedOrganization{{UserOrganization: v1alpha1.UserOrganization{Name: "labs", Active: true}}}
	granted := from()
	granted.Organizations = []v1alpha1.ReviewedOrganization{{UserOrganization: v1alpha1.UserOrganization{Name: "labs"}}}
	offered := from("labs")
	for sentence, tc := range map[string]struct {
		decision v1alpha1.Decision
		review   v1alpha1.SelfReviewStatus
		want     bool
	}{
		"I3: an acceptance, once the membership is active": {v1alpha1.DecisionAccept, joined, true},
		"R7: not before": {v1alpha1.DecisionAccept, granted, false},
		"I2: a decline, once the invitation is not pending any more": {v1alpha1.DecisionDecline, from("sales"), true},
		"I2: not while it is": {v1alpha1.DecisionDecline, offered, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			a := &answer{decision: tc.decision}
			if got := a.isDone(&offered.Invitations[0])(tc.review); got != tc.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	spec := map[string]any{}
	for _, s := range settings {
		s.set(spec, map[string]string{"display-name": "Labs", "custom-domain": "crm.zylker.com"}[s.flag])
	}
	want := map[string]any{"displayName": "Labs", "timeZone": nil, "locale": nil,
		"accessURL": map[string]any{"name": nil, "customDomain": "crm.zylker.com"}}
	if diff := cmp.Diff(want, spec); diff != "" {
		t.Error(diff)
	}
}

func TestToken(t *testing.T) {
	for sentence, tc := range map[string]struct {
		typed string
		want  string
		code  plain.Code
	}{
		"a line":                    {"abc\nrest", "abc", plain.Done},
		"a file without an end":     {" abc ", "abc", plain.Done},
		"nothing":                   {"", "", plain.Misused},
		"nothing but an empty line": {"\n", "", plain.Misused},
	} {
		t.Run(sentence, func(t *testing.T) {
			streams, in, _, _ := genericiooptions.NewTestIOStreams()
			in.WriteString(tc.typed)
			a := &answer{acting: newActing(session.New(streams))}
			if got, err := a.token(t.Context()); got != tc.want || plain.CodeOf(err) != tc.code {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestDone(t *testing.T) {
	request := &v1alpha1.OrganizationRequest{}
	for sentence, tc := range map[string]struct {
		how  session.Acting
		by   client.Object
		want string
	}{
		"what is done is said":              {session.Acting{Timeout: 1}, request, "You left labs.\n"},
		"what is judged is said as such":    {session.Acting{DryRun: true}, request, "Dry run: the rules allow it, and nothing was done. Without --dry-run: You left labs.\n"},
		"what is not waited for is said so": {session.Acting{}, request, "Admitted, and not waited for: You left labs.\n"},
		"a direct change is done at once":   {session.Acting{}, &v1alpha1.Membership{}, "You left labs.\n"},
	} {
		t.Run(sentence, func(t *testing.T) {
			streams, _, out, _ := genericiooptions.NewTestIOStreams()
			a := newActing(session.New(streams))
			a.waits = true
			if err := a.done(tc.how, tc.by, "You left %s.", "labs"); err != nil || out.String() != tc.want {
				t.Errorf("said %q, %v", out.String(), err)
			}
		})
	}
}
