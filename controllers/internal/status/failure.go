// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"
	"errors"
	"net"
	"regexp"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// stepError is an error with the step that failed.
type stepError struct {
	step string
	err  error
}

func (e *stepError) Error() string { return e.step + ": " + e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

// During names the step of an error, in constant words that complete "Cannot ...".
func During(step string, err error) error {
	if err == nil {
		return nil
	}
	return &stepError{step, err}
}

// explain describes a failed attempt for a condition. Attempts that fail alike have the same words. The text of an error may hold ports,
// times and names that the reader must not see. The controller logs that text.
func explain(err error) (reason, message string) {
	reason, why := Why(err)
	step := "bring the object to what its spec says"
	var failed *stepError
	if errors.As(err, &failed) {
		step = failed.step
	}
	return reason, "Cannot " + step + ": " + why + ". It is tried again; the operator's log has the details"
}

// Why is the reason of a failed request, and its description. Both are the same for each attempt that fails alike.
func Why(err error) (reason, words string) {
	quota := exceeded.FindString(err.Error())
	switch {
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return v1alpha1.ReasonNamespaceTerminating, "the namespace is being deleted"
	case apierrors.IsForbidden(err) && quota != "":
		return v1alpha1.ReasonQuotaExceeded, quota
	case isUnavailable(err):
		return v1alpha1.ReasonUnavailable, "the cluster, or a webhook in it, is busy or does not answer"
	case apierrors.IsNotFound(err):
		return v1alpha1.ReasonNotFound, "something that it needs is not there"
	case isAnswer(err):
		return v1alpha1.ReasonRequestRefused, "the cluster refuses it, by its access rules, a policy or a webhook"
	}
	return v1alpha1.ReasonRetrying, "an attempt failed"
}

// exceeded is the constant part of a quota's refusal. The current numbers come after it.
var exceeded = regexp.MustCompile(`exceeded quota: [a-z0-9.-]+`)

// isAnswer reports whether the API server, or a webhook that it asked, answered at all.
func isAnswer(err error) bool {
	var answer apierrors.APIStatus
	return errors.As(err, &answer)
}

// isUnavailable reports failures that usually pass by themselves. A webhook that cannot be called is an internal error.
func isUnavailable(err error) bool {
	var network net.Error
	return apierrors.IsInternalError(err) || apierrors.IsServiceUnavailable(err) || apierrors.IsTooManyRequests(err) ||
		apierrors.IsTimeout(err) || apierrors.IsServerTimeout(err) ||
		errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network)
}
