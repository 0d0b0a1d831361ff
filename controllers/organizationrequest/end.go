// SPDX-License-Identifier: Apache-2.0

package organizationrequest

import (
	"context"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/act"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/internal/rules"
)

// end deletes the Organization. Admission judges the deletion as that of the author (O7).
func (r *Reconciler) end(ctx context.Context, asked *v1alpha1.OrganizationRequest) (step, error) {
	org, gone, err := r.organization(ctx, asked)
	if err != nil || org == nil {
		return step{outcome: gone}, err
	}
	ends := act.Done(v1alpha1.ReasonTerminating, asked.Spec.Organization+" is being deleted")
	switch {
	case rules.Ending(org):
		return step{outcome: ends}, nil
	case org.DeletionTimestamp != nil: // it is protected, and lives on
		return step{outcome: act.Failed(v1alpha1.ReasonRefused, rules.Protected(org).String())}, nil
	}
	return step{ends, func(ctx context.Context) error { return child.Delete(ctx, r.Client, org) }}, nil
}
