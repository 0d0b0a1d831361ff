// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

// retryAfter is what a client that is asked to try again waits, in seconds; client-go obeys.
const retryAfter = 1

// answerFor puts a judgement into words. What is wrong with the object comes first, then what the actor may not do, then limits:
// each has an answer of its own, and none is presented as another.
func answerFor(req admission.Request, violations rules.Violations) admission.Response {
	if len(violations) == 0 {
		return admission.Allowed("")
	}
	for _, kind := range []rules.ViolationKind{rules.KindInvalid, rules.KindForbidden, rules.KindEarly, rules.KindLimit} {
		if of := ofKind(violations, kind); len(of) > 0 {
			return denied(status(req, kind, of))
		}
	}
	return admission.Errored(http.StatusInternalServerError, fmt.Errorf("no answer for %v", violations))
}

func ofKind(violations rules.Violations, kind rules.ViolationKind) rules.Violations {
	var of rules.Violations
	for _, v := range violations {
		if v.Kind == kind {
			of = append(of, v)
		}
	}
	return of
}

func status(req admission.Request, kind rules.ViolationKind, violations rules.Violations) metav1.Status {
	s := metav1.Status{Status: metav1.StatusFailure, Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden,
		Message: violations.String(), Details: &metav1.StatusDetails{Name: req.Name, Group: req.Kind.Group, Kind: req.Kind.Kind}}
	switch kind {
	case rules.KindInvalid:
		s.Code, s.Reason = http.StatusUnprocessableEntity, metav1.StatusReasonInvalid
	case rules.KindEarly:
		s.Code, s.Reason, s.Details.RetryAfterSeconds = http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests, retryAfter
	case rules.KindLimit:
		s.Message = "LimitExceeded: " + s.Message
	}
	for _, v := range violations {
		cause := metav1.StatusCause{Type: metav1.CauseType(v.Rule), Field: v.Field}
		v.Field = "" // kubectl puts it before the message
		cause.Message = v.String()
		s.Details.Causes = append(s.Details.Causes, cause)
	}
	return s
}

func denied(s metav1.Status) admission.Response {
	return admission.Response{AdmissionResponse: admissionv1.AdmissionResponse{Allowed: false, Result: &s}}
}

// retry answers what no rule refuses: another change stands in the way, the journal is out of reach, a rule failed, the name is taken,
// or no API server would send what was sent.
func retry(req admission.Request, err error) admission.Response {
	s := metav1.Status{Status: metav1.StatusFailure, Message: err.Error() + "; try again",
		Details: &metav1.StatusDetails{Name: req.Name, Group: req.Kind.Group, Kind: req.Kind.Kind, RetryAfterSeconds: retryAfter}}
	switch {
	case errors.Is(err, journal.ErrExists):
		s.Code, s.Reason, s.Details.RetryAfterSeconds = http.StatusConflict, metav1.StatusReasonAlreadyExists, 0
		s.Message = fmt.Sprintf("%s %q already exists", req.Resource.Resource+"."+req.Resource.Group, req.Name)
	case errors.Is(err, facts.ErrMalformed):
		s.Code, s.Reason, s.Details.RetryAfterSeconds = http.StatusBadRequest, metav1.StatusReasonBadRequest, 0
		s.Message = err.Error()
	case errors.Is(err, journal.ErrPanicked):
		s.Code, s.Reason, s.Details.RetryAfterSeconds = http.StatusInternalServerError, metav1.StatusReasonInternalError, 0
		s.Message = err.Error()
	case errors.Is(err, journal.ErrContended), errors.Is(err, journal.ErrCrowded):
		s.Code, s.Reason = http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests
	default:
		s.Code, s.Reason = http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable
	}
	return denied(s)
}

func unavailable(err error) admission.Response {
	return denied(metav1.Status{Status: metav1.StatusFailure, Code: http.StatusServiceUnavailable,
		Reason: metav1.StatusReasonServiceUnavailable, Message: err.Error() + "; try again",
		Details: &metav1.StatusDetails{RetryAfterSeconds: retryAfter}})
}

// unknown answers a request for what this version cannot judge. It is never allowed: a newer replica, which can, is asked next.
func unknown(req admission.Request) admission.Response {
	return unavailable(fmt.Errorf("this replica does not know %s %s: it is of an older version", req.Kind.Kind, req.Kind.Group+"/"+req.Kind.Version))
}

// misplaced refuses an object that is in no organization's namespace.
func misplaced(namespace string) rules.Violations {
	return rules.Violations{{Rule: "O6", Kind: rules.KindInvalid, Field: "metadata.namespace", Message: fmt.Sprintf(
		"%q is not the namespace of an organization; it is %s<organization>", namespace, v1alpha1.NamespacePrefix)}}
}

// fingerprint stands for an actor where a name would say too much.
func fingerprint(username string) string {
	sum := sha256.Sum256([]byte(username))
	return hex.EncodeToString(sum[:8])
}
