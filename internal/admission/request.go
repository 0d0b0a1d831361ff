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
	r.Spec.User = s.Actors.Email(req.UserInfo.Username)
	stamped, err := json.Marshal(r)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(req.Object.Raw, stamped)
}

// actor is who sends a request, and under which username it counts. What the operator writes to carry out an OrganizationRequest is judged
// as if its author sent it. The operator says so by the field manager, which no other actor is asked for.
func (v *Validator) actor(ctx context.Context, req admission.Request) (actor rules.Actor, username string, err error) {
	if req.UserInfo.Username == v.Operator {
		r, err := v.carriedOut(ctx, req)
		switch {
		case err != nil:
			return actor, "", fmt.Errorf("find the request that is carried out: %w", err)
		case r != nil:
			return rules.Author(r), v.Actors.UsernamePrefix + r.Spec.User, nil
		}
	}
	actor, err = v.Actors.Actor(ctx, req.UserInfo)
	return actor, req.UserInfo.Username, err
}

// carriedOut is the request that the operator carries out by another one, or nil. A deletion has no field manager. The operator deletes an
// Organization for no other reason than a request, so that is found by the Organization.
func (v *Validator) carriedOut(ctx context.Context, req admission.Request) (*v1alpha1.OrganizationRequest, error) {
	if req.Operation == admissionv1.Delete && req.Kind.Kind == "Organization" {
		return v.asksForEnd(ctx, req.Name)
	}
	name, is := strings.CutPrefix(fieldManager(req), v1alpha1.RequestFieldOwner(""))
	if !is {
		return nil, nil
	}
	r := &v1alpha1.OrganizationRequest{}
	return r, v.Journal.Client.Get(ctx, client.ObjectKey{Name: name}, r)
}

// asksForEnd is an open request to delete an Organization, or nil.
func (v *Validator) asksForEnd(ctx context.Context, organization string) (*v1alpha1.OrganizationRequest, error) {
	var all v1alpha1.OrganizationRequestList
	if err := v.Journal.Client.List(ctx, &all); err != nil {
		return nil, err
	}
	for i, r := range all.Items {
		if r.Spec.Action == v1alpha1.RequestDelete && r.Spec.Organization == organization && r.Status.CompletedAt == nil {
			return &all.Items[i], nil
		}
	}
	return nil, nil
}

// fieldManager is the field manager of a create or an update; empty if it cannot be read.
func fieldManager(req admission.Request) string {
	var options metav1.UpdateOptions // a CreateOptions has the same field
	if json.Unmarshal(req.Options.Raw, &options) != nil {
		return ""
	}
	return options.FieldManager
}

// foresee judges the change that a request for one asks for, so that its author is told at once. It is judged again when it is carried out.
func (v *Validator) foresee(ctx context.Context, req admission.Request, r *v1alpha1.OrganizationRequest) (rules.Violations, error) {
	if !v.mayAsk(r) {
		return nil, nil // the request itself is refused, in words that tell nothing of the organization (U3)
	}
	before := &v1alpha1.Organization{}
	if err := v.Journal.Client.Get(ctx, client.ObjectKey{Name: r.Spec.Organization}, before); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	wanted := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		Kind: metav1.GroupVersionKind{Group: v1alpha1.GroupName, Version: v1alpha1.GroupVersion.Version, Kind: "Organization"},
		Name: before.Name, Operation: admissionv1.Delete, UserInfo: req.UserInfo, DryRun: ptr.To(true),
	}}
	if r.Spec.Action == v1alpha1.RequestDelete {
		return v.Journal.Submit(ctx, v.change(wanted, kinds["Organization"], rules.Author(r), before, nil))
	}
	wanted.Operation = admissionv1.Update
	after, violations := rules.Patched(before, r.Spec.Patch)
	if len(violations) > 0 {
		return violations, nil
	}
	return v.Journal.Submit(ctx, v.change(wanted, kinds["Organization"], rules.Author(r), before, after))
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
