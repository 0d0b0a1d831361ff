// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/clientcmd"
)

var organizations = schema.GroupResource{Group: "polyorg.io", Resource: "organizations"}

func refusal(reason metav1.StatusReason, code int32, message string, causes ...metav1.StatusCause) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{Status: metav1.StatusFailure, Reason: reason, Code: code, Message: message,
		Details: &metav1.StatusDetails{Causes: causes}}}
}

func withoutRightTo(text string) error {
	return apierrors.NewForbidden(organizations, "zylker", fmt.Errorf(`User "john@zylker.com" cannot %s`, text))
}

func TestText(t *testing.T) {
	const hook = `admission webhook "validate.polyorg.io" denied the request: `
	invalid := func(causes ...metav1.StatusCause) error {
		return refusal(metav1.StatusReasonInvalid, http.StatusUnprocessableEntity, `Organization.polyorg.io "x" is invalid: …`, causes...)
	}
	for sentence, tc := range map[string]struct {
		err  error
		want string
		code Code
	}{
		"a rule's words are all of it": {refusal(metav1.StatusReasonForbidden, 403, hook+"john may not [R4]"), "john may not [R4]", Refused},
		"a limit's too":                {refusal(metav1.StatusReasonForbidden, 403, hook+"LimitExceeded: no (used 5 of 5) [L2]"), "no (used 5 of 5) [L2]", Refused},
		"U2: the flag, where the API says the field": {refusal(metav1.StatusReasonForbidden, 403,
			hook+"your sign-in name is no e-mail address, so there is nobody to review; a platform actor may set spec.user [U2]"),
			"your sign-in name is no e-mail address, so you belong to no organization; a platform actor may name somebody: " +
				"--of EMAIL in list and limits, --super-admin EMAIL in create [U2]", Refused},
		"U3: the flag, too": {refusal(metav1.StatusReasonForbidden, 403, hook+"you may ask about yourself alone; leave spec.user out [U3]"),
			"you may ask about yourself alone; leave --of out [U3]", Refused},
		"F2: the command, too": {refusal(metav1.StatusReasonForbidden, 403, hook+"it cannot be your default; a SelfReview lists your organizations [F2]"),
			"it cannot be your default; kubectl polyorg list shows your organizations [F2]", Refused},
		"O7: with the organization": {refusal(metav1.StatusReasonForbidden, 403, hook+"labs is protected from deletion; set spec.deletionProtection to false first [O7]"),
			"labs is protected from deletion; lift that first: kubectl polyorg change --organization labs --protect=false [O7]", Refused},
		"E8: where the reason is": {refusal(metav1.StatusReasonForbidden, 403, hook+"the platform suspends labs, and its condition Ready says why; ask the platform's administrators to end that [E8]"),
			"the platform suspends labs, and kubectl polyorg show says why; ask the platform's administrators to end that [E8]", Refused},
		"I6: the flag, where the schema says the field": {invalid(metav1.StatusCause{Field: "spec.ipRestriction.allowedCIDRs[1]", Message: `Invalid value: "x": no network [I6]`}),
			"--networks: no network [I6]", Refused},
		"those of a policy": {refusal(metav1.StatusReasonForbidden, 403,
			`namespaces "org-x" is forbidden: ValidatingAdmissionPolicy 'a' with binding 'b' denied request: it is alive [O7]`), "it is alive [O7]", Refused},
		"and of a webhook about the object": {refusal(metav1.StatusReasonInvalid, 422, hook+"spec.timeZone: unknown [O5]",
			metav1.StatusCause{Field: "spec.timeZone", Message: "unknown [O5]"}), "--time-zone: unknown [O5]", Refused},
		"the schema's are told without the value": {invalid(metav1.StatusCause{Field: "spec.email", Message: `Invalid value: "Bob@x.com": write bob@x.com [U1]`}),
			"spec.email: write bob@x.com [U1]", Refused},
		"whatever the value": {invalid(metav1.StatusCause{Field: "spec", Message: `Invalid value: {"a": "b: c"}: no [O5]`}), "spec: no [O5]", Refused},
		"all of them, but for what Kubernetes says beside": {invalid(
			metav1.StatusCause{Field: "metadata.name", Message: `Invalid value: "X": a lowercase RFC 1123 subdomain must consist of …`},
			metav1.StatusCause{Field: "metadata", Message: `Invalid value: {}: one DNS label [A4]`},
			metav1.StatusCause{Field: "<nil>", Message: "some validation rules were not checked because the object was invalid"}),
			"metadata: one DNS label [A4]", Refused},
		"a choice is listed": {invalid(metav1.StatusCause{Field: "spec.role", Message: `Unsupported value: "Boss": supported values: "Administrator", "Standard"`}),
			`spec.role: "Boss" is not one of "Administrator", "Standard"`, Refused},
		"RBAC in an organization": {withoutRightTo(`create resource "invitations" in API group "polyorg.io" in the namespace "org-zylker"`),
			"you (john@zylker.com) have no right to create invitations in organization zylker; its administrators have it while they are active members", NotAllowed},
		"RBAC for everybody": {withoutRightTo(`create resource "selfreviews" in API group "polyorg.io" at the cluster scope`),
			"you (john@zylker.com) have no right to create selfreviews; ask your platform team to bind the ClusterRole polyorg-self-service to you", NotAllowed},
		"RBAC for the platform": {withoutRightTo(`list resource "organizations" in API group "polyorg.io" at the cluster scope`),
			"you (john@zylker.com) have no right to list organizations; that is for the platform team", NotAllowed},
		"RBAC on persons": {withoutRightTo(`impersonate-on:user-info:create resource "selfreviews" in API group "polyorg.io" at the cluster scope`),
			"you (john@zylker.com) may not act as somebody else", NotAllowed},
		"no sign-in":   {apierrors.NewUnauthorized("Unauthorized"), "the cluster does not know you: sign in again", NotAllowed},
		"no cluster":   {clientcmd.ErrEmptyConfig, "no cluster is chosen: set KUBECONFIG, or sign in as your platform team describes", NotAllowed},
		"no such name": {apierrors.NewNotFound(organizations, "zylker"), `there is no organization "zylker"; yours are in: kubectl polyorg list`, NotFound},
		"nor its namespace": {apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "org-zylker"),
			`there is no organization "zylker"; yours are in: kubectl polyorg list`, NotFound},
		"a name that is taken": {apierrors.NewAlreadyExists(organizations, "zylker"), `the name "zylker" is taken; choose another`, Refused},
		"no such object":       {apierrors.NewNotFound(schema.GroupResource{Resource: "secrets"}, "x"), `there is no "x" among the secrets`, NotFound},
		"no such file":         {fmt.Errorf("policy: %w", &fs.PathError{Op: "open", Path: "/x", Err: syscall.ENOENT}), "/x: no such file or directory", Failed},
		"a number is too small, and checks are left out": {invalid(
			metav1.StatusCause{Field: "spec.subscription.licenses", Message: "Invalid value: 0: spec.subscription.licenses in body should be greater than or equal to 1"},
			metav1.StatusCause{Field: "<nil>", Message: "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"}),
			"--licenses: it is at least 1", Refused},
		"no Polyorg": {apierrors.NewGenericServerResponse(http.StatusNotFound, "create", organizations, "", "404 page not found", 0, true),
			"this cluster has no Polyorg, or an older version of it; ask your platform team", NotFound},
		"no cluster that answers": {&url.Error{Op: "Get", URL: "https://x", Err: errors.New("connection refused")}, "the cluster does not answer: connection refused", Later},
		"no replica that answers": {apierrors.NewInternalError(errors.New(`failed calling webhook "validate.polyorg.io": connection refused`)),
			"Polyorg does not answer, so the cluster refuses every change of an organization; try again in a moment, and then ask your platform team to run: kubectl polyorg doctor", Later},
		"too many":       {refusal(metav1.StatusReasonTooManyRequests, 429, hook+"try again"), "try again", Later},
		"an interrupt":   {context.Canceled, "interrupted", Later},
		"an own error":   {Missing("there is no rule %q", "X1"), `there is no rule "X1"`, NotFound},
		"anything else":  {errors.New("disk full"), "disk full", Failed},
		"and no error":   {nil, "", Done},
		"a wrong option": {Misuse("say what"), "say what", Misused},
	} {
		t.Run(sentence, func(t *testing.T) {
			if code := CodeOf(tc.err); code != tc.code {
				t.Errorf("code %d, want %d", code, tc.code)
			}
			if tc.err == nil {
				return
			}
			if got := Text(tc.err); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// The operator still says each of the words that a command takes the place of.
func TestInCommands(t *testing.T) {
	said := ""
	files, err := filepath.Glob("../../rules/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		said += string(text)
	}
	for _, c := range commands {
		if !strings.Contains(said, c.said) {
			t.Errorf("no rule says %q any more", c.said)
		}
	}
}
