// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

// retryAfter is the wait of a client that is asked to try again, in seconds; client-go obeys it.
const retryAfter = 1

// refusals are the kinds of violation in the order in which they are answered. Mistakes in the object come first, then missing rights of
// the actor, then limits. Each kind has an answer of its own.
var refusals = []rules.ViolationKind{rules.KindInvalid, rules.KindForbidden, rules.KindLimit}

// answerFor puts a judgement into words.
func answerFor(req admission.Request, violations rules.Violations) admission.Response {
	if len(violations) == 0 {
		return admission.Allowed("")
	}
	for _, kind := range refusals {
		if of := ofKind(violations, kind); len(of) > 0 {
			return denied(refusal(req, kind, of))
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

// refusal is final: the same request would be refused again.
func refusal(req admission.Request, kind rules.ViolationKind, violations rules.Violations) metav1.Status {
	s := status(req, http.StatusForbidden, metav1.StatusReasonForbidden, violations.String())
	switch kind {
	case rules.KindInvalid:
		s.Code, s.Reason = http.StatusUnprocessableEntity, metav1.StatusReasonInvalid
	case rules.KindLimit:
		s.Message = "LimitExceeded: " + s.Message
	}
	s.Details.Causes = causes(violations)
	return s
}

// causes cite the rules, one by one.
func causes(violations rules.Violations) (all []metav1.StatusCause) {
	for _, v := range violations {
		field := v.Field
		v.Field = "" // kubectl puts it before the message
		all = append(all, metav1.StatusCause{Type: metav1.CauseType(v.Rule), Field: field, Message: v.String()})
	}
	return all
}

func status(req admission.Request, code int32, reason metav1.StatusReason, message string) metav1.Status {
	return metav1.Status{Status: metav1.StatusFailure, Code: code, Reason: reason, Message: message,
		Details: &metav1.StatusDetails{Name: req.Name, Group: req.Kind.Group, Kind: req.Kind.Kind}}
}

func denied(s metav1.Status) admission.Response {
	return admission.Response{AdmissionResponse: admissionv1.AdmissionResponse{Allowed: false, Result: &s}}
}

// failed answers a request that no rule refuses, and that is not admitted either.
func failed(ctx context.Context, req admission.Request, err error) admission.Response {
	if again, is := errors.AsType[*journal.Again](err); is {
		return later(req, again)
	}
	switch {
	case errors.Is(err, journal.ErrExists):
		taken := fmt.Sprintf("%s %q already exists", req.Resource.Resource+"."+req.Resource.Group, req.Name)
		return denied(status(req, http.StatusConflict, metav1.StatusReasonAlreadyExists, taken))
	case errors.Is(err, facts.ErrMalformed):
		return denied(status(req, http.StatusBadRequest, metav1.StatusReasonBadRequest, err.Error()))
	case errors.Is(err, journal.ErrPanicked):
		return denied(status(req, http.StatusInternalServerError, metav1.StatusReasonInternalError, err.Error()))
	}
	return unavailable(ctx, req, err)
}

// later asks for the same request again, in a moment. A replica that works answers 429; one that cannot tell answers 503.
func later(req admission.Request, again *journal.Again) admission.Response {
	s := status(req, http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests, again.Error())
	if again.Reason == journal.Unavailable {
		s.Code, s.Reason = http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable
	}
	s.Details.RetryAfterSeconds, s.Details.Causes = retryAfter, causes(again.Because)
	return denied(s)
}

// unavailable asks for the same request again when something other than the journal cannot be reached. Only the log says what: an error's
// text holds addresses, and is nothing that the sender can mend.
func unavailable(ctx context.Context, req admission.Request, err error) admission.Response {
	ctrl.LoggerFrom(ctx).Error(err, "A request cannot be answered now")
	return notNow(req, "something that Polyorg needs for its answer does not answer")
}

func notNow(req admission.Request, why string) admission.Response {
	s := status(req, http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable, why+"; try again")
	s.Details.RetryAfterSeconds = retryAfter
	return denied(s)
}

// unknown answers a request that this version cannot judge. It is never allowed: the client's next try may reach a newer replica, which can
// judge it.
func unknown(req admission.Request) admission.Response {
	return notNow(req, fmt.Sprintf("this replica does not know %s %s: it is of an older version", req.Kind.Kind, req.Kind.Group+"/"+req.Kind.Version))
}

// fingerprint stands for an actor where a name would reveal too much.
func fingerprint(username string) string {
	sum := sha256.Sum256([]byte(username))
	return hex.EncodeToString(sum[:8])
}
