// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// RequestStamper writes two things into an OrganizationRequest when it is created. One is the address of its author, for which the API server
// vouches. The other is the UID of the object that it is about. That object may be deleted and made again while the request is open, and
// only the UID tells which one the author meant.
type RequestStamper struct {
	// Look shows a world with every change that any replica admitted before, as Journal.Look does.
	Look    func(ctx context.Context, actor string, f func(facts.World)) error
	Decoder admission.Decoder
	Actors  *identity.Actors
}

// Handle stamps one request.
func (s *RequestStamper) Handle(ctx context.Context, req admission.Request) admission.Response {
	if _, known := kindOf(req); !known {
		return unknown(req)
	}
	r := &v1alpha1.OrganizationRequest{}
	if err := s.Decoder.Decode(req, r); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	author := s.Actors.Email(req.UserInfo.Username)
	if violations := append(rules.GeneratedName(r.Name), rules.AsksForThemselves(r, author)...); len(violations) > 0 {
		return answerFor(req, violations)
	}
	if err := s.stamp(ctx, req.UserInfo.Username, author, &r.Spec); err != nil {
		return failed(ctx, req, err)
	}
	stamped, err := json.Marshal(r)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.PatchResponseFromRaw(req.Object.Raw, stamped)
}

// stamp overwrites what the author wrote in these fields.
func (s *RequestStamper) stamp(ctx context.Context, username, author string, asked *v1alpha1.OrganizationRequestSpec) error {
	asked.User, asked.SubjectUID = author, ""
	if author == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var subject types.UID
	err := s.Look(ctx, fingerprint(username), func(w facts.World) {
		subject = w.Subject(author, asked.Organization, asked.Action == v1alpha1.RequestLeave)
	})
	if err == nil {
		asked.SubjectUID = subject
	}
	return err // a look that failed may still be under way
}

// sender is an actor as whom a request is judged, and under which username it counts.
type sender struct {
	actor    rules.Actor
	username string
}

// senders are those as whom a request may be judged, one after the other. The operator's writes for an OrganizationRequest are judged as
// those of its author. The operator says so by the field manager, which no other actor is asked for.
func (v *Validator) senders(ctx context.Context, req admission.Request, before, after client.Object) ([]sender, error) {
	if invitee, is, err := v.byProof(ctx, before, after); is || err != nil {
		return []sender{invitee}, err
	}
	if req.UserInfo.Username == v.Operator {
		if name, is := strings.CutPrefix(fieldManager(req), v1alpha1.RequestFieldOwner("")); is {
			author, err := v.authorOf(ctx, name)
			return []sender{author}, err
		}
		if org, is := before.(*v1alpha1.Organization); is && req.Operation == admissionv1.Delete {
			return v.whoEnd(ctx, org)
		}
	}
	actor, err := v.Actors.Actor(ctx, req.UserInfo)
	return []sender{{actor, req.UserInfo.Username}}, err
}

// errLapsed is the answer about a request whose hour is over here, and not yet by the clock of the leader that carries it out. The leader
// tries again, and finds that it is over (R9).
var errLapsed = errors.New("the request that is carried out has lapsed")

// authorOf is the author of an open request. That of any other has no rights.
func (v *Validator) authorOf(ctx context.Context, request string) (sender, error) {
	r := &v1alpha1.OrganizationRequest{}
	err := v.Journal.Client.Get(ctx, client.ObjectKey{Name: request}, r)
	switch {
	case client.IgnoreNotFound(err) != nil:
		return sender{}, fmt.Errorf("find the request that is carried out: %w", err)
	case r.Name == "" || r.Status.CompletedAt != nil:
		return sender{username: v.Operator}, nil
	case rules.RequestLapsed(r, v.Clock.Now()):
		return sender{}, errLapsed
	}
	return v.author(r), nil
}

func (v *Validator) author(r *v1alpha1.OrganizationRequest) sender {
	actor := rules.Author(r)
	actor.Request = r.Name
	return sender{actor, v.Actors.UsernamePrefix + r.Spec.User}
}

// whoEnd are the authors of the open requests to delete an Organization. A deletion has no field manager, and the operator deletes an
// Organization for no other reason. It is right if one of them may end it. Without one, it is the operator itself, who may not.
func (v *Validator) whoEnd(ctx context.Context, org *v1alpha1.Organization) (all []sender, err error) {
	var asked v1alpha1.OrganizationRequestList
	if err := v.Journal.Client.List(ctx, &asked, client.MatchingFields{"spec.organization": org.Name}); err != nil {
		return nil, fmt.Errorf("find the request that is carried out: %w", err)
	}
	for i := range asked.Items {
		switch r := &asked.Items[i]; {
		case r.Spec.Action != v1alpha1.RequestDelete || r.Status.CompletedAt != nil || r.Spec.SubjectUID != org.UID:
		case rules.RequestLapsed(r, v.Clock.Now()):
			err = errLapsed
		default:
			all = append(all, v.author(r))
		}
	}
	if len(all) > 0 {
		return all, nil
	}
	return []sender{{rules.Actor{Platform: true, Operator: true}, v.Operator}}, err
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
	before, err := v.subject(ctx, r)
	if before == nil || err != nil {
		return nil, nil, err
	}
	after, violations := wanted(r, before)
	if len(violations) > 0 {
		return violations, nil, nil
	}
	violations, err = v.Journal.Submit(ctx, v.change(itself(req, before, after), kinds["Organization"], rules.Author(r), before, after))
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

// subject is the Organization that a request is about; nil where its author may not ask, or where it is gone. One that was made again under its
// name may be another tenant's (U3). The request itself is refused then, in words that tell nothing of it, or ends without a change.
func (v *Validator) subject(ctx context.Context, r *v1alpha1.OrganizationRequest) (*v1alpha1.Organization, error) {
	uid := v.mayAsk(r)
	if uid == "" {
		return nil, nil
	}
	org := &v1alpha1.Organization{}
	err := v.Journal.Client.Get(ctx, client.ObjectKey{Name: r.Spec.Organization}, org)
	if err != nil || org.UID != uid {
		return nil, client.IgnoreNotFound(err)
	}
	return org, nil
}

// mayAsk is the UID of the Organization whose change a request asks for, if its author may know it.
func (v *Validator) mayAsk(r *v1alpha1.OrganizationRequest) (subject types.UID) {
	if r.Spec.Action != v1alpha1.RequestChange && r.Spec.Action != v1alpha1.RequestDelete {
		return ""
	}
	v.look(func(w facts.World) {
		act := rules.Act{Actor: rules.Author(r), Now: v.Clock.Now(), BaseDomain: v.Journal.View.BaseDomain(), PortalName: v.PortalName, Mail: v.Mail}
		if len(rules.OrganizationRequest(rules.Best(w), act, nil, r)) == 0 {
			subject = w.Subject(r.Spec.User, r.Spec.Organization, false)
		}
	})
	return subject
}
