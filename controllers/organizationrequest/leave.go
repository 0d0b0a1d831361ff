// SPDX-License-Identifier: Apache-2.0

package organizationrequest

import (
	"context"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/act"
	"github.com/polyorg/polyorg/controllers/internal/child"
)

// leave deletes the membership that the author had when they asked (R6), and no later one.
func (r *Reconciler) leave(ctx context.Context, asked *v1alpha1.OrganizationRequest) (step, error) {
	memberships, err := r.memberships(ctx, asked)
	if err != nil {
		return step{}, err
	}
	for i := range memberships {
		if m := &memberships[i]; m.UID == asked.Spec.SubjectUID {
			left := act.Done(v1alpha1.ReasonLeft, "You left "+asked.Spec.Organization)
			return step{left, func(ctx context.Context) error { return child.Delete(ctx, r.Client, m) }}, nil
		}
	}
	return step{outcome: withoutMembership(asked, len(memberships) > 0)}, nil
}

// withoutMembership is the outcome where the membership is gone: an earlier attempt ended it, or somebody else did.
func withoutMembership(asked *v1alpha1.OrganizationRequest, later bool) act.Outcome {
	if later {
		return act.Done(v1alpha1.ReasonLeft, "Your membership of "+asked.Spec.Organization+" of that time has ended; you have a later one")
	}
	return act.Done(v1alpha1.ReasonLeft, "You are no member of "+asked.Spec.Organization+" any more")
}

// memberships are the author's in the organization, without those that end. They are read live: a cache may not show yet what admission
// knew when the author asked.
func (r *Reconciler) memberships(ctx context.Context, asked *v1alpha1.OrganizationRequest) ([]v1alpha1.Membership, error) {
	var all v1alpha1.MembershipList
	err := r.Live.List(ctx, &all, client.InNamespace(v1alpha1.NamespacePrefix+asked.Spec.Organization), client.MatchingFields{"spec.user": asked.Spec.User})
	ends := func(m v1alpha1.Membership) bool { return m.DeletionTimestamp != nil }
	return slices.DeleteFunc(all.Items, ends), err
}
