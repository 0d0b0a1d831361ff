// SPDX-License-Identifier: Apache-2.0

package organizationrequest

import (
	"context"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/act"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/status"
)

// step is what a request leads to: an outcome, and the one write before it. Without a write, that is its outcome already.
type step struct {
	outcome act.Outcome
	write   func(context.Context) error
}

// carryOut makes one attempt. A refusal by the rules is its outcome, and any other error leads to the next attempt.
func (r *Reconciler) carryOut(ctx context.Context, asked *v1alpha1.OrganizationRequest, _ time.Time) (act.Outcome, error) {
	next, err := r.next(ctx, asked)
	if err == nil && next.write != nil {
		err = next.write(ctx)
	}
	if act.IsFinal(err) {
		log.FromContext(ctx).Info("The request was refused", "why", err.Error())
		return act.Refused(err), nil
	}
	return next.outcome, status.During("carry out the request", err)
}

// look finds the outcome of a request without a write.
func (r *Reconciler) look(ctx context.Context, asked *v1alpha1.OrganizationRequest) (act.Outcome, error) {
	next, err := r.next(ctx, asked)
	if next.write != nil {
		return act.Waiting("Waits to be carried out"), err
	}
	return next.outcome, status.During("find out what became of the request", err)
}

// next is the step of a request, as the world is now. It writes nothing.
func (r *Reconciler) next(ctx context.Context, asked *v1alpha1.OrganizationRequest) (step, error) {
	if asked.Spec.SubjectUID == "" { // an older version of the webhook admitted it
		return step{outcome: act.Failed(v1alpha1.ReasonInvalid, "It does not say which object it is about; ask again [R9]")}, nil
	}
	switch asked.Spec.Action {
	case v1alpha1.RequestChooseDefault:
		return r.choose(ctx, asked)
	case v1alpha1.RequestLeave:
		return r.leave(ctx, asked)
	case v1alpha1.RequestChange:
		return r.change(ctx, asked)
	case v1alpha1.RequestDelete:
		return r.end(ctx, asked)
	}
	return step{outcome: act.Waiting("Waits for an operator that knows the action")}, nil
}

// by writes as the author of the request.
func by(asked *v1alpha1.OrganizationRequest) client.FieldOwner {
	return client.FieldOwner(v1alpha1.RequestFieldOwner(asked.Name))
}

// organization reads the Organization that the author meant, or returns the outcome of a request without it. A later one of its name is
// another one.
func (r *Reconciler) organization(ctx context.Context, asked *v1alpha1.OrganizationRequest) (*v1alpha1.Organization, act.Outcome, error) {
	gone := act.Failed(v1alpha1.ReasonOrganizationNotFound, asked.Spec.Organization+" is gone; a SelfReview lists your organizations [R9]")
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
