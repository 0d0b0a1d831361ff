// SPDX-License-Identifier: Apache-2.0

package act

import (
	"errors"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// IsFinal reports whether an error is a refusal by the rules, which names its causes. Other errors pass: contention, an API server that
// cannot be reached, a namespace that ends, a quota, RBAC that is not there yet.
func IsFinal(err error) bool {
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) || !apierrors.IsForbidden(err) && !apierrors.IsInvalid(err) {
		return false
	}
	return len(causes(err)) > 0
}

func causes(err error) []metav1.StatusCause {
	var refusal apierrors.APIStatus
	if !errors.As(err, &refusal) || refusal.Status().Details == nil {
		return nil
	}
	return refusal.Status().Details.Causes
}

// rule is the form of a rule's ID, which our own refusals name as their cause.
var rule = regexp.MustCompile(`^[A-Z]\d+$`)

// Refused is the outcome of an act whose change was refused for good. The author reads the words of the rules, and of the schema for what
// they wrote. The words of another webhook or policy may not be for them, and are only in the log.
func Refused(err error) Outcome {
	var said []string
	for _, c := range causes(err) {
		switch {
		case rule.MatchString(string(c.Type)):
			said = append(said, c.Message)
		case apierrors.IsInvalid(err):
			said = append(said, c.Field+": "+c.Message)
		}
	}
	if len(said) == 0 {
		said = []string{"A policy of the platform refuses it; ask the platform's administrators"}
	}
	return Failed(v1alpha1.ReasonRefused, strings.Join(said, "; "))
}
