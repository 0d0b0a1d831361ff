// SPDX-License-Identifier: Apache-2.0

package organizationrequest

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
		return act.Waiting("Waits until your User is made"), nil
	case err != nil || u.Spec.DefaultOrganization == asked.Spec.Organization:
		return chosen, err
	}
	patch, err := json.Marshal(map[string]any{"spec": map[string]string{"defaultOrganization": asked.Spec.Organization}})
	if err != nil {
		return chosen, err
	}
	return chosen, r.Client.Patch(ctx, u, client.RawPatch(types.MergePatchType, patch), by(asked))
}

// leave deletes the author's membership (R6), and no later one.
func (r *Reconciler) leave(ctx context.Context, asked *v1alpha1.OrganizationRequest) (act.Outcome, error) {
	left := act.Done(v1alpha1.ReasonLeft, "You are no member of "+asked.Spec.Organization+" any more")
	var memberships v1alpha1.MembershipList
	err := r.Live.List(ctx, &memberships, client.InNamespace(v1alpha1.NamespacePrefix+asked.Spec.Organization), client.MatchingFields{"spec.user": asked.Spec.User})
	if err != nil {
		return left, err
	}
	for i := range memberships.Items {
		m := &memberships.Items[i]
		if m.DeletionTimestamp != nil || younger(m, asked) {
			continue
		}
		if err := child.Delete(ctx, r.Client, m); err != nil {
			return left, err
		}
	}
	return left, nil
}

// younger reports whether an object was made after the request. The request is about the one before it, which is gone.
func younger(obj client.Object, asked *v1alpha1.OrganizationRequest) bool {
	return obj.GetCreationTimestamp().After(asked.CreationTimestamp.Time)
}

// change sends the author's patch, for the state of the Organization that is read here. Admission judges it as the author's own. An earlier
// attempt may have sent it without a note of that: then the request owns fields of the Organization.
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
	if owns(asked, org) || equality.Semantic.DeepEqual(org.Spec, after.Spec) {
		return changed, nil
	}
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]string{"resourceVersion": org.ResourceVersion}, "spec": json.RawMessage(asked.Spec.Patch),
	})
	if err != nil {
		return changed, err
	}
	return changed, r.Client.Patch(ctx, org, client.RawPatch(types.MergePatchType, patch), by(asked))
}

// owns reports whether a request has written fields of an object.
func owns(asked *v1alpha1.OrganizationRequest, obj client.Object) bool {
	return slices.ContainsFunc(obj.GetManagedFields(), func(f metav1.ManagedFieldsEntry) bool { return f.Manager == string(by(asked)) })
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
	err := r.Live.Get(ctx, client.ObjectKey{Name: asked.Spec.Organization}, org)
	if err != nil || younger(org, asked) {
		return nil, gone, client.IgnoreNotFound(err)
	}
	return org, gone, nil
}

// ofUser are the requests of a person whose User comes.
func (r *Reconciler) ofUser(ctx context.Context, u client.Object) []reconcile.Request {
	of := client.MatchingFields{index.User: u.GetName()}
	return index.Requests(ctx, r.Client, &v1alpha1.OrganizationRequestList{}, of)
}
