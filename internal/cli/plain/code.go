// SPDX-License-Identifier: Apache-2.0

// Package plain says what went wrong in the words of the rules, without the words that Kubernetes wraps around them.
package plain

import (
	"context"
	"errors"
	"net/url"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/clientcmd"
)

// Code is the exit code of a command. Scripts rely on it: docs/reference/kubectl-polyorg.md lists the codes.
type Code int

// The exit codes.
const (
	Done       Code = 0 // all was done
	Failed     Code = 1 // something else went wrong
	Misused    Code = 2 // the command line is wrong
	Refused    Code = 3 // a rule refuses it, and the message ends in the rule's ID; or a name is taken
	NotAllowed Code = 4 // the cluster does not know the person, or RBAC gives them no right to it
	NotFound   Code = 5 // there is no such thing
	Later      Code = 6 // nobody answers, or it takes longer: try again, or look later
	Partly     Code = 7 // some of it was done, or the doctor found a fault
)

// Meanings are the exit codes in words, for the reference.
var Meanings = []struct {
	Code    Code
	Meaning string
}{
	{Done, "All was done."},
	{Failed, "Something else went wrong. The message says what."},
	{Misused, "The command line is wrong: an unknown flag, or an argument too many or too few."},
	{Refused, "A rule refuses it. The message ends in the rule's ID, for `explain`. In `default`, `leave`, `delete` and `change`, this is also the answer about an organization that there is not. A new organization's name can be taken too."},
	{NotAllowed, "The cluster does not know you, or gives you no right to it. In `invite`, `revoke`, `resend` and `bind`, this is also the answer about an organization that there is not."},
	{NotFound, "There is no such invitation or rule, or `show` and `use` find no such organization of yours."},
	{Later, "The cluster does not answer, or the work is not done yet. Try again, or look at `list` later."},
	{Partly, "Some of it was done (`invite`, and `revoke` and `resend` of several addresses), or something does not work (`doctor`; a warning does not count). The report says what."},
}

// Error is one of our own, with its exit code.
type Error struct {
	Code    Code
	Message string
}

// Error is the message.
func (e *Error) Error() string { return e.Message }

// CodeOf is the exit code for an error.
func CodeOf(err error) Code {
	own := &Error{}
	switch {
	case err == nil:
		return Done
	case errors.As(err, &own):
		return own.Code
	case clientcmd.IsEmptyConfig(err), clientcmd.IsConfigurationInvalid(err), clientcmd.IsContextNotFound(err), apierrors.IsUnauthorized(err), IsWithoutRight(err):
		return NotAllowed
	case IsUnanswered(err):
		return Later
	case apierrors.IsNotFound(err):
		return NotFound
	case apierrors.IsForbidden(err), apierrors.IsInvalid(err), apierrors.IsAlreadyExists(err):
		return Refused
	}
	return Failed
}

// IsUnanswered reports whether nobody has decided yet: the same request may succeed later.
func IsUnanswered(err error) bool {
	_, unreachable := errors.AsType[*url.Error](err)
	return unreachable || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || apierrors.IsTooManyRequests(err) || apierrors.IsServiceUnavailable(err) ||
		apierrors.IsTimeout(err) || apierrors.IsServerTimeout(err) || apierrors.IsConflict(err) || isWebhookDown(err)
}
