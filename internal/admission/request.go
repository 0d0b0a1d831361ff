// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// RequestStamper writes into an OrganizationRequest, when it is created, the address of its author. The API server vouches for it.
type RequestStamper struct {
	Decoder admission.Decoder
	Actors  *identity.Actors
}

// Handle stamps one request.
func (s *RequestStamper) Handle(_ context.Context, req admission.Request) admission.Response {
	if _, known := kindOf(req); !known {
		return unknown(req)
	}
	r := &v1alpha1.OrganizationRequest{}
	if err := s.Decoder.Decode(req, r); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	if violations := rules.GeneratedName(r.Name); len(violations) > 0 {
		return answerFor(req, violations)
	}
	author := s.Actors.Email(req.UserInfo.Username)
	if violations := rules.AsksForThemselves(r, author); len(violations) > 0 {
		return answerFor(req, violations)
	}
	r.Spec.User = author
	stamped, err := json.Marshal(r)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(req.Object.Raw, stamped)
}

// actor is who sends a request, and under which username it counts. What the operator writes to carry out an OrganizationRequest is judged
// as if its author sent it. The operator says so by the field manager, which no other actor is asked for.
func (v *Validator) actor(ctx context.Context, req admission.Request) (actor rules.Actor, username string, err error) {
	username = req.UserInfo.Username
	if username == v.Operator {
		if name, is := strings.CutPrefix(fieldManager(req), v1alpha1.RequestFieldOwner("")); is {
			return v.authorOf(ctx, name)
		}
		if req.Operation == admissionv1.Delete && req.Kind.Kind == "Organization" {
			return v.whoEnds(ctx, req.Name)
		}
	}
	actor, err = v.Actors.Actor(ctx, req.UserInfo)
	return actor, username, err
}

// authorOf is the author of an open request. That of any other has no rights.
func (v *Validator) authorOf(ctx context.Context, request string) (rules.Actor, string, error) {
	r := &v1alpha1.OrganizationRequest{}
	err := v.Journal.Client.Get(ctx, client.ObjectKey{Name: request}, r)
	switch {
	case client.IgnoreNotFound(err) != nil:
		return rules.Actor{}, "", fmt.Errorf("find the request that is carried out: %w", err)
	case r.Name == "" || r.Status.CompletedAt != nil:
		return rules.Actor{}, v.Operator, nil
	}
	return rules.Author(r), v.Actors.UsernamePrefix + r.Spec.User, nil
}

// whoEnds is the author of an open request to delete an Organization. A deletion has no field manager, and the operator deletes an
// Organization for no other reason. Of several authors, it is one who may. Without one, it is the operator itself, who
// may not.
func (v *Validator) whoEnds(ctx context.Context, organization string) (actor rules.Actor, username string, err error) {
	var all v1alpha1.OrganizationRequestList
	if err := v.Journal.Client.List(ctx, &all, client.MatchingFields{"spec.organization": organization}); err != nil {
		return rules.Actor{}, "", fmt.Errorf("find the request that is carried out: %w", err)
	}
	actor, username = rules.Actor{Platform: true, Operator: true}, v.Operator
	for i, r := range all.Items {
		if r.Spec.Action == v1alpha1.RequestDelete && r.Status.CompletedAt == nil && v.mayAsk(&all.Items[i]) {
			actor, username = rules.Author(&r), v.Actors.UsernamePrefix+r.Spec.User
		}
	}
	return actor, username, nil
}

// fieldManager is the field manager of a create or an update; empty if it cannot be read.
func fieldManager(req admission.Request) string {
	var options metav1.UpdateOptions // a CreateOptions has the same field
	if json.Unmarshal(req.Options.Raw, &options) != nil {
		return ""
	}
	return options.FieldManager
}

// foresee judges the change that a request asks for, so that its author is told at once, and finds what to warn of. It is judged again when
// it is carried out.
func (v *Validator) foresee(ctx context.Context, req admission.Request, r *v1alpha1.OrganizationRequest) (rules.Violations, []string, error) {
	if !v.mayAsk(r) {
		return nil, nil, nil // the request itself is refused, in words that tell nothing of the organization (U3)
	}
	before := &v1alpha1.Organization{}
	if err := v.Journal.Client.Get(ctx, client.ObjectKey{Name: r.Spec.Organization}, before); err != nil {
		return nil, nil, client.IgnoreNotFound(err)
	}
	after, violations := wanted(r, before)
	if len(violations) > 0 {
		return violations, nil, nil
	}
	violations, err := v.Journal.Submit(ctx, v.change(itself(req, before, after), kinds["Organization"], rules.Author(r), before, after))
	if len(violations) > 0 || err != nil {
		return violations, nil, err
	}
	if after != nil {
		after.SetGeneration(before.Generation + 1)
	}
	return nil, v.warnings(rules.Author(r), before, after), nil
}

// wanted is the Organization as a request wants it; nil where it is to be deleted.
func wanted(r *v1alpha1.OrganizationRequest, before *v1alpha1.Organization) (client.Object, rules.Violations) {
	if r.Spec.Action == v1alpha1.RequestDelete {
		return nil, nil
	}
	after, violations := rules.Patched(before, r.Spec.Patch)
	return after, violations
}

// itself is the request that a person would send for the change, as a dry run.
func itself(req admission.Request, before *v1alpha1.Organization, after client.Object) admission.Request {
	operation := admissionv1.Update
	if after == nil {
		operation = admissionv1.Delete
	}
	return admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		Kind: metav1.GroupVersionKind{Group: v1alpha1.GroupName, Version: v1alpha1.GroupVersion.Version, Kind: "Organization"},
		Name: before.Name, Operation: operation, UserInfo: req.UserInfo, DryRun: ptr.To(true),
	}}
}

// mayAsk reports whether a request asks for a change of the Organization, by somebody who may know it.
func (v *Validator) mayAsk(r *v1alpha1.OrganizationRequest) (may bool) {
	if r.Spec.Action != v1alpha1.RequestChange && r.Spec.Action != v1alpha1.RequestDelete {
		return false
	}
	v.Journal.View.Judge(facts.NewOverlay(nil), nil, func(w facts.World) {
		act := rules.Act{Actor: rules.Author(r), Now: v.Clock.Now(), BaseDomain: v.Journal.View.BaseDomain()}
		may = len(rules.OrganizationRequest(rules.Best(w), act, nil, r)) == 0
	})
	return may
}
