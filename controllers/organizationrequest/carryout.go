// SPDX-License-Identifier: Apache-2.0

package organizationrequest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/act"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// carryOut makes one attempt. A refusal by the rules is its outcome, and any other error leads to the next attempt.
func (r *Reconciler) carryOut(ctx context.Context, asked *v1alpha1.OrganizationRequest, _ time.Time) (outcome act.Outcome, err error) {
	switch asked.Spec.Action {
	case v1alpha1.RequestChooseDefault:
		outcome, err = r.choose(ctx, asked)
	case v1alpha1.RequestLeave:
		outcome, err = r.leave(ctx, asked)
	case v1alpha1.RequestChange:
		outcome, err = r.change(ctx, asked)
	case v1alpha1.RequestDelete:
		outcome, err = r.end(ctx, asked)
	default:
		return act.Waiting("Waits for an operator that knows the action"), nil
	}
	if act.IsFinal(err) {
		log.FromContext(ctx).Info("The request was refused", "why", err.Error())
		return act.Refused(err), nil
	}
	return outcome, status.During("carry out the request", err)
}

// by writes as the author of the request.
func by(asked *v1alpha1.OrganizationRequest) client.FieldOwner {
	return client.FieldOwner(v1alpha1.RequestFieldOwner(asked.Name))
}

// choose makes the organization the default of the author (F2).
func (r *Reconciler) choose(ctx context.Context, asked *v1alpha1.OrganizationRequest) (act.Outcome, error) {
	chosen := act.Done(v1alpha1.ReasonChosen, asked.Spec.Organization+" is your default organization")
	u := &v1alpha1.User{}
	err := r.Live.Get(ctx, client.ObjectKey{Name: identity.ObjectName(asked.Spec.User)}, u)
	switch {
	case apierrors.IsNotFound(err):
		return r.withoutUser(ctx, asked)
	case err != nil || u.Spec.DefaultOrganization == asked.Spec.Organization:
		return chosen, err
	}
	org, gone, err := r.organization(ctx, asked)
	if err != nil || org == nil {
		return gone, err
	}
	patch, err := json.Marshal(map[string]any{"spec": map[string]string{"defaultOrganization": asked.Spec.Organization}})
	if err != nil {
		return chosen, err
	}
	return chosen, r.Client.Patch(ctx, u, client.RawPatch(types.MergePatchType, patch), by(asked))
}

// withoutUser is the outcome of a choice by somebody without a User. A member's comes in a moment. That of somebody who is no member any
// more went with their last organization.
func (r *Reconciler) withoutUser(ctx context.Context, asked *v1alpha1.OrganizationRequest) (act.Outcome, error) {
	org, gone, err := r.organization(ctx, asked)
	if err != nil || org == nil {
		return gone, err
	}
	memberships, err := r.memberships(ctx, asked)
	if err != nil || len(memberships) > 0 || org.Spec.SuperAdmin == asked.Spec.User {
		return act.Waiting("Waits until your User is made"), err
	}
	return act.Failed(v1alpha1.ReasonRefused, rules.NotTheirDefault().String()), nil
}

// memberships are the author's in the organization, without those that end. They are read live: a cache may not show yet what admission
// knew when the author asked.
func (r *Reconciler) memberships(ctx context.Context, asked *v1alpha1.OrganizationRequest) ([]v1alpha1.Membership, error) {
	var all v1alpha1.MembershipList
	err := r.Live.List(ctx, &all, client.InNamespace(v1alpha1.NamespacePrefix+asked.Spec.Organization), client.MatchingFields{"spec.user": asked.Spec.User})
	ends := func(m v1alpha1.Membership) bool { return m.DeletionTimestamp != nil }
	return slices.DeleteFunc(all.Items, ends), err
}

// leave deletes the membership that the author had when they asked (R6), and no later one.
func (r *Reconciler) leave(ctx context.Context, asked *v1alpha1.OrganizationRequest) (act.Outcome, error) {
	left := act.Done(v1alpha1.ReasonLeft, "You left "+asked.Spec.Organization)
	memberships, err := r.memberships(ctx, asked)
	if err != nil {
		return left, err
	}
	for i := range memberships {
		if m := &memberships[i]; m.UID == asked.Spec.SubjectUID {
			return left, child.Delete(ctx, r.Client, m)
		}
	}
	return left, nil
}

// change sends the author's patch, for the state of the Organization that is read here. Admission judges it as the author's own. An earlier
// attempt may have sent it without a note of that: then the Organization names the request as its last one.
func (r *Reconciler) change(ctx context.Context, asked *v1alpha1.OrganizationRequest) (act.Outcome, error) {
	org, gone, err := r.organization(ctx, asked)
	if err != nil || org == nil {
		return gone, err
	}
	after, violations := rules.Patched(org, asked.Spec.Patch)
	if len(violations) > 0 {
		return act.Failed(v1alpha1.ReasonInvalid, violations.String()), nil
	}
	changed := act.Done(v1alpha1.ReasonChanged, asked.Spec.Organization+" is changed; its conditions say when the change is in effect")
	if last(org) == asked.Name || equality.Semantic.DeepEqual(org.Spec, after.Spec) {
		return changed, nil
	}
	if err := r.noted(ctx, last(org)); err != nil {
		return changed, err
	}
	patch, err := patchOf(asked, org)
	if err != nil {
		return changed, err
	}
	return changed, r.Client.Patch(ctx, org, client.RawPatch(types.MergePatchType, patch), by(asked))
}

// patchOf is the author's patch, for one state of the Organization, with the note that the request is carried out.
func patchOf(asked *v1alpha1.OrganizationRequest, org *v1alpha1.Organization) ([]byte, error) {
	return json.Marshal(map[string]any{
		"metadata": map[string]any{
			"resourceVersion": org.ResourceVersion, "annotations": map[string]string{v1alpha1.LastRequestAnnotation: asked.Name},
		},
		"spec": json.RawMessage(asked.Spec.Patch),
	})
}

// last is the name of the request by which an Organization was last changed.
func last(org *v1alpha1.Organization) string { return org.Annotations[v1alpha1.LastRequestAnnotation] }

// noted fails while a request is carried out and its status does not say so yet. Only the Organization says so until then, and of one
// request.
func (r *Reconciler) noted(ctx context.Context, request string) error {
	if request == "" {
		return nil
	}
	other := &v1alpha1.OrganizationRequest{}
	err := r.Live.Get(ctx, client.ObjectKey{Name: request}, other)
	if err == nil && other.Status.CompletedAt == nil {
		return fmt.Errorf("%w: the outcome of the request before", status.ErrBehind)
	}
	return client.IgnoreNotFound(err)
}

// end deletes the Organization. Admission judges the deletion as that of the author (O7).
func (r *Reconciler) end(ctx context.Context, asked *v1alpha1.OrganizationRequest) (act.Outcome, error) {
	org, gone, err := r.organization(ctx, asked)
	if err != nil || org == nil {
		return gone, err
	}
	ends := act.Done(v1alpha1.ReasonTerminating, asked.Spec.Organization+" is being deleted")
	if org.DeletionTimestamp != nil {
		return ends, nil
	}
	return ends, child.Delete(ctx, r.Client, org)
}

// organization reads the Organization that the author meant, or returns the outcome of a request without it. A later one of its name is
// another one.
func (r *Reconciler) organization(ctx context.Context, asked *v1alpha1.OrganizationRequest) (*v1alpha1.Organization, act.Outcome, error) {
	gone := act.Failed(v1alpha1.ReasonOrganizationNotFound, asked.Spec.Organization+" is gone")
	if asked.Spec.Action == v1alpha1.RequestDelete {
		gone = act.Done(v1alpha1.ReasonTerminating, asked.Spec.Organization+" is gone")
	}
	org := &v1alpha1.Organization{}
	err := r.Live.Get(ctx, client.ObjectKey{Name: asked.Spec.Organization}, org)
	if err != nil || org.UID != asked.Spec.SubjectUID {
		return nil, gone, client.IgnoreNotFound(err)
	}
	return org, gone, nil
}

// ofUser are the requests of a person whose User comes.
func (r *Reconciler) ofUser(ctx context.Context, u client.Object) []reconcile.Request {
	of := client.MatchingFields{index.User: u.GetName()}
	return index.Requests(ctx, r.Client, &v1alpha1.OrganizationRequestList{}, of)
}
