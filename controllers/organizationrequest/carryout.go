// SPDX-License-Identifier: Apache-2.0

package organizationrequest

import (
	"context"
	"encoding/json"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
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
		return act.Failed(v1alpha1.ReasonInvalid, "This version of the operator does not know the action"), nil
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
	err := r.Client.Get(ctx, client.ObjectKey{Name: identity.ObjectName(asked.Spec.User)}, u)
	switch {
	case apierrors.IsNotFound(err):
		return act.Waiting("Waits until your User is made"), nil
	case err != nil || u.Spec.DefaultOrganization == asked.Spec.Organization:
		return chosen, err
	}
	patch, err := json.Marshal(map[string]any{"spec": map[string]string{"defaultOrganization": asked.Spec.Organization}})
	if err != nil {
		return chosen, err
	}
	return chosen, r.Client.Patch(ctx, u, client.RawPatch("application/merge-patch+json", patch), by(asked))
}

// leave deletes the author's membership (R6).
func (r *Reconciler) leave(ctx context.Context, asked *v1alpha1.OrganizationRequest) (act.Outcome, error) {
	left := act.Done(v1alpha1.ReasonLeft, "You are no member of "+asked.Spec.Organization+" any more")
	var memberships v1alpha1.MembershipList
	of := client.MatchingFields{index.User: identity.ObjectName(asked.Spec.User)}
	err := r.Client.List(ctx, &memberships, client.InNamespace(v1alpha1.NamespacePrefix+asked.Spec.Organization), of)
	if err != nil {
		return left, err
	}
	for i := range memberships.Items {
		if err := child.Delete(ctx, r.Client, &memberships.Items[i]); err != nil {
			return left, err
		}
	}
	return left, nil
}

// change changes the Organization's spec. Admission judges the change as the author's own, in the state of the Organization that is read
// here.
func (r *Reconciler) change(ctx context.Context, asked *v1alpha1.OrganizationRequest) (act.Outcome, error) {
	before, gone, err := r.organization(ctx, asked)
	if err != nil || before == nil {
		return gone, err
	}
	after, violations := rules.Patched(before, asked.Spec.Patch)
	if len(violations) > 0 {
		return act.Failed(v1alpha1.ReasonInvalid, violations.String()), nil
	}
	changed := act.Done(v1alpha1.ReasonChanged, asked.Spec.Organization+" is changed; its conditions say when the change is in effect")
	if equality.Semantic.DeepEqual(before.Spec, after.Spec) {
		return changed, nil
	}
	return changed, r.Client.Update(ctx, after, by(asked))
}

// end deletes the Organization. Admission judges the deletion as that of the author (O7).
func (r *Reconciler) end(ctx context.Context, asked *v1alpha1.OrganizationRequest) (act.Outcome, error) {
	org, gone, err := r.organization(ctx, asked)
	if err != nil || org == nil || org.DeletionTimestamp != nil {
		return gone, err
	}
	return gone, child.Delete(ctx, r.Client, org)
}

// organization reads the Organization, or returns the outcome of a request without one.
func (r *Reconciler) organization(ctx context.Context, asked *v1alpha1.OrganizationRequest) (*v1alpha1.Organization, act.Outcome, error) {
	gone := act.Failed(v1alpha1.ReasonOrganizationNotFound, asked.Spec.Organization+" is gone")
	if asked.Spec.Action == v1alpha1.RequestDelete {
		gone = act.Done(v1alpha1.ReasonTerminating, asked.Spec.Organization+" is being deleted")
	}
	org := &v1alpha1.Organization{}
	if err := r.Live.Get(ctx, client.ObjectKey{Name: asked.Spec.Organization}, org); err != nil {
		return nil, gone, client.IgnoreNotFound(err)
	}
	return org, gone, nil
}

// ofUser are the requests of a person whose User comes.
func (r *Reconciler) ofUser(ctx context.Context, u client.Object) []reconcile.Request {
	of := client.MatchingFields{index.User: u.GetName()}
	return index.Requests(ctx, r.Client, &v1alpha1.OrganizationRequestList{}, of)
}
