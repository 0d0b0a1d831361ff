// SPDX-License-Identifier: Apache-2.0

package session

import (
	"bytes"
	"errors"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
)

func TestOutcome(t *testing.T) {
	ended := &metav1.Time{Time: time.Unix(1, 0)}
	for sentence, tc := range map[string]struct {
		request v1alpha1.ReviewedRequest
		done    bool
		code    plain.Code
	}{
		"it is done":             {v1alpha1.ReviewedRequest{Name: "own", Ready: metav1.ConditionTrue, CompletedAt: ended}, true, plain.Done},
		"it waits":               {v1alpha1.ReviewedRequest{Name: "own", Ready: metav1.ConditionFalse}, false, plain.Done},
		"it cannot be done":      {v1alpha1.ReviewedRequest{Name: "own", Ready: metav1.ConditionFalse, CompletedAt: ended, Message: "protected [O7]"}, true, plain.Refused},
		"another's tell nothing": {v1alpha1.ReviewedRequest{Name: "other", Ready: metav1.ConditionTrue, CompletedAt: ended}, false, plain.Done},
	} {
		t.Run(sentence, func(t *testing.T) {
			done, err := outcome([]v1alpha1.ReviewedRequest{tc.request}, "own")
			if done != tc.done || plain.CodeOf(err) != tc.code {
				t.Errorf("done %t, %v", done, err)
			}
		})
	}
}

func TestFinished(t *testing.T) {
	away := apierrors.NewServiceUnavailable("no replica is ready")
	member := func(s v1alpha1.SelfReviewStatus) bool { return len(s.Organizations) > 0 }
	there := &v1alpha1.SelfReview{Status: v1alpha1.SelfReviewStatus{Organizations: make([]v1alpha1.ReviewedOrganization, 1)}}
	for sentence, tc := range map[string]struct {
		review *v1alpha1.SelfReview
		err    error
		done   Done
		want   bool
		code   plain.Code
	}{
		"what it brings about is there":               {there, nil, member, true, plain.Done},
		"it is not there yet":                         {&v1alpha1.SelfReview{}, nil, member, false, plain.Done},
		"only the act itself tells":                   {there, nil, nil, false, plain.Done},
		"nobody answers, but the act was admitted":    {nil, away, member, false, plain.Done},
		"the person may not ask, so nothing can tell": {nil, &plain.Error{Code: plain.NotAllowed}, member, false, plain.NotAllowed},
	} {
		t.Run(sentence, func(t *testing.T) {
			got, err := finished(tc.review, tc.err, "own", tc.done)
			if got != tc.want || plain.CodeOf(err) != tc.code {
				t.Errorf("finished %t, %v", got, err)
			}
		})
	}
}

func TestWhicheverWayIsOpen(t *testing.T) {
	org, request := &v1alpha1.Organization{}, &v1alpha1.OrganizationRequest{}
	shut := func(verb, resource string) error {
		return apierrors.NewForbidden(schema.GroupResource{Group: v1alpha1.GroupName, Resource: resource}, "",
			errors.New(`User "john@zylker.com" cannot `+verb+` resource "`+resource+`" in API group "polyorg.io" at the cluster scope`))
	}
	refused := &plain.Error{Code: plain.Refused, Message: "no [R4]"}
	for sentence, tc := range map[string]struct {
		direct, requested error
		by                any // the object by which it was done
		want              error
	}{
		"the direct way":                                      {nil, nil, org, nil},
		"R4: a refusal by a rule is final":                    {refused, nil, org, refused},
		"R9: the request, where RBAC forbids the direct way":  {shut("patch", "organizations"), nil, request, nil},
		"R4: which a rule can refuse too":                     {shut("patch", "organizations"), refused, request, refused},
		"neither, and the first says what right is not there": {shut("patch", "organizations"), shut("create", "organizationrequests"), org, shut("patch", "organizations")},
	} {
		t.Run(sentence, func(t *testing.T) {
			by, err := (&Session{}).OrByRequest(org, tc.direct, func() (*v1alpha1.OrganizationRequest, error) { return request, tc.requested })
			if any(by) != tc.by || (err == nil) != (tc.want == nil) || err != nil && err.Error() != tc.want.Error() {
				t.Errorf("by %T: %v", by, err)
			}
		})
	}
}

// A program is told no state that an object had before the act.
func TestWithoutState(t *testing.T) {
	m := &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Name: "john"}, Spec: v1alpha1.MembershipSpec{User: "john@zylker.com"}}
	m.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue}}
	got, err := withoutState(m, Kind("Membership"))
	if err != nil {
		t.Fatal(err)
	}
	content := got.(*unstructured.Unstructured).Object
	if _, has := content["status"]; has || got.GetName() != "john" || content["kind"] != "Membership" || content["spec"] == nil {
		t.Errorf("got %v", content)
	}
}

func TestWarnings(t *testing.T) {
	var out bytes.Buffer
	s := New(genericiooptions.IOStreams{ErrOut: &out})
	s.warnings.HandleWarningHeader(299, "", "one")
	s.warnings.HandleWarningHeader(299, "", "one")
	s.warnings.HandleWarningHeader(199, "", "not for people")
	release := s.HoldWarnings()
	s.warnings.HandleWarningHeader(299, "", "two")
	if out.String() != "Warning: one\n" {
		t.Errorf("said %q while a bar is shown", out.String())
	}
	release()
	if out.String() != "Warning: one\nWarning: two\n" {
		t.Errorf("said %q", out.String())
	}
}
