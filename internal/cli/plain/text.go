// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"regexp"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// wrappings are what Kubernetes puts before the words of a rule.
var wrappings = regexp.MustCompile(`^(?:.* is forbidden: )?(?:admission webhook "[^"]*" denied the request: |ValidatingAdmissionPolicy '[^']*' with binding '[^']*' denied request: )(?:LimitExceeded: )?`)

// Text is an error as people read it.
func Text(err error) string {
	switch {
	case clientcmd.IsEmptyConfig(err):
		return "no cluster is chosen: set KUBECONFIG, or sign in as your platform team describes"
	case IsWithoutRight(err):
		return withoutRight(err)
	case apierrors.IsUnauthorized(err):
		return "the cluster does not know you: sign in again"
	case isWebhookDown(err):
		return "Polyorg does not answer, so the cluster refuses every change of an organization; try again in a moment, and then ask your platform team to run: kubectl polyorg doctor"
	case isKindMissing(err):
		return "this cluster has no Polyorg, or an older version of it; ask your platform team"
	case errors.Is(err, context.Canceled):
		return "interrupted"
	}
	if unreachable, is := errors.AsType[*url.Error](err); is {
		return "the cluster does not answer: " + unreachable.Err.Error()
	}
	if status := apierrors.APIStatus(nil); errors.As(err, &status) {
		return InCommands(ofStatus(status.Status()))
	}
	if file, is := errors.AsType[*fs.PathError](err); is {
		return file.Path + ": " + file.Err.Error()
	}
	return err.Error()
}

// ofStatus is a refusal in the rule's words. The API server's own checks are listed one by one, with their fields.
func ofStatus(s metav1.Status) string {
	if s.Details != nil {
		switch s.Reason {
		case metav1.StatusReasonNotFound:
			return missing(s.Details.Kind, s.Details.Name)
		case metav1.StatusReasonAlreadyExists:
			return fmt.Sprintf("the name %q is taken; choose another", s.Details.Name)
		}
	}
	return ofInvalid(s)
}

// ofInvalid lists the API server's own checks.
func ofInvalid(s metav1.Status) string {
	if s.Reason != metav1.StatusReasonInvalid || s.Details == nil || len(s.Details.Causes) == 0 || wrappings.MatchString(s.Message) {
		return Unwrapped(s.Message)
	}
	byRule := slices.ContainsFunc(s.Details.Causes, func(c metav1.StatusCause) bool { return ofARule.MatchString(c.Message) })
	var texts []string
	for _, cause := range s.Details.Causes {
		if !byRule && !isAside(cause) || ofARule.MatchString(cause.Message) || unsupported.MatchString(cause.Message) {
			texts = append(texts, ofCause(cause))
		}
	}
	return strings.Join(texts, "; ")
}

// missing says that there is no such object. The namespace of an organization stands for the organization.
func missing(resource, name string) string {
	organization, is := strings.CutPrefix(name, v1alpha1.NamespacePrefix)
	if resource == "organizations" || resource == "namespaces" && is {
		return fmt.Sprintf("there is no organization %q; yours are in: kubectl polyorg list", organization)
	}
	return fmt.Sprintf("there is no %q among the %s", name, resource)
}

var (
	// bound is how a schema says that a number is too small or too large.
	bound = regexp.MustCompile(`^\S+ in body should be (?:(greater)|less) than or equal to (\d+)$`)
	// ofARule finds the ID of a rule in a message. What the API server says beside it, of a name or a type, adds nothing.
	ofARule = regexp.MustCompile(`\[[A-Z][0-9]+\]$|(?:^|: )[A-Z][0-9]+: `)
	// unsupported is a value that an enumeration lacks.
	unsupported = regexp.MustCompile(`^Unsupported value: (.*): supported values: (.*)$`)
)

// isAside reports whether a cause only says that checks were left out.
func isAside(c metav1.StatusCause) bool {
	return strings.Contains(c.Message, "some validation rules were not checked")
}

// Unwrapped is a message of admission without what Kubernetes puts before it.
func Unwrapped(message string) string { return wrappings.ReplaceAllString(message, "") }

// ofCause leaves out the value, which the person has just written.
func ofCause(cause metav1.StatusCause) string {
	text := unsupported.ReplaceAllString(cause.Message, "$1 is not one of $2")
	if value, is := strings.CutPrefix(text, "Invalid value: "); is {
		text = afterValue(value)
	}
	text = bound.ReplaceAllStringFunc(text, func(text string) string {
		found := bound.FindStringSubmatch(text)
		if found[1] == "" {
			return "it is at most " + found[2]
		}
		return "it is at least " + found[2]
	})
	if cause.Field == "" || cause.Field == "<nil>" {
		return text
	}
	return cause.Field + ": " + text
}

// afterValue is what follows a value in JSON and a colon. Other values stay.
func afterValue(text string) string {
	d := json.NewDecoder(strings.NewReader(text))
	var value any
	if err := d.Decode(&value); err != nil {
		return text
	}
	return strings.TrimPrefix(text[d.InputOffset():], ": ")
}

// isWebhookDown reports whether the API server could not ask our admission.
func isWebhookDown(err error) bool {
	return apierrors.IsInternalError(err) && strings.Contains(err.Error(), `failed calling webhook "`) && strings.Contains(err.Error(), v1alpha1.GroupName)
}

// isKindMissing reports whether the API server does not know the kind at all.
func isKindMissing(err error) bool {
	return apierrors.IsNotFound(err) && strings.Contains(err.Error(), "the server could not find the requested resource")
}
