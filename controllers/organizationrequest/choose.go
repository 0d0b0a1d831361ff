// SPDX-License-Identifier: Apache-2.0

package organizationrequest

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/act"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

// choose makes the organization the default of the author (F2).
func (r *Reconciler) choose(ctx context.Context, asked *v1alpha1.OrganizationRequest) (step, error) {
	org, gone, err := r.organization(ctx, asked)
	if err != nil || org == nil {
		return step{outcome: gone}, err
	}
	chosen := act.Done(v1alpha1.ReasonChosen, asked.Spec.Organization+" is your default organization")
	u := &v1alpha1.User{}
	err = r.Live.Get(ctx, client.ObjectKey{Name: identity.ObjectName(asked.Spec.User)}, u)
	switch {
	case apierrors.IsNotFound(err):
		return r.withoutUser(ctx, asked, org)
	case err != nil || last(u) == asked.Name || u.Spec.DefaultOrganization == asked.Spec.Organization:
		return step{outcome: chosen}, err
	}
	before := u.DeepCopy()
	u.Spec.DefaultOrganization = asked.Spec.Organization
	metav1.SetMetaDataAnnotation(&u.ObjectMeta, v1alpha1.LastRequestAnnotation, asked.Name)
	return step{chosen, func(ctx context.Context) error { return r.Client.Patch(ctx, u, client.MergeFrom(before), by(asked)) }}, nil
}

// withoutUser is the outcome of a choice by somebody without a User. A member's comes in a moment. That of somebody who is no member any
// more went with their last organization.
func (r *Reconciler) withoutUser(ctx context.Context, asked *v1alpha1.OrganizationRequest, org *v1alpha1.Organization) (step, error) {
	memberships, err := r.memberships(ctx, asked)
	if err != nil || len(memberships) > 0 || org.Spec.SuperAdmin == asked.Spec.User {
		return step{outcome: act.Waiting("Waits until your User is made")}, err
	}
	return step{outcome: act.Failed(v1alpha1.ReasonRefused, rules.NotTheirDefault().String())}, nil
}
