// SPDX-License-Identifier: Apache-2.0

package grant

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/status"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/rules"
)

// Give asks for an object's place and states the result in the conditions: if it has no place, why it has no power.
func (d *Desk) Give(ctx context.Context, obj client.Object, say status.Conditions) (given bool, err error) {
	surplus, err := d.Ask(ctx, obj)
	switch {
	case err != nil:
		return false, err
	case len(surplus) > 0:
		reason := reasonOf(surplus[0].Rule)
		say.False(v1alpha1.ConditionGranted, reason, surplus.String())
		say.Stalled(reason, surplus.String())
		return false, nil
	}
	say.True(v1alpha1.ConditionGranted, v1alpha1.ReasonGranted, granted)
	return true, nil
}

// granted says what a grant means.
const granted = "It was within all limits when the operator gave it its place, and keeps the place when a limit is lowered (L9)"

// reasonOf is a condition's reason for a limit that leaves no place.
func reasonOf(rule string) string {
	switch rule {
	case "E5":
		return v1alpha1.ReasonNoSeat
	case "L6", "G1":
		return v1alpha1.ReasonDuplicate
	}
	return v1alpha1.ReasonOverLimit
}

const withoutPlace = "The organization is beyond a limit of its super admin, so nothing in it has power"

// Organization returns an object's organization once the object can give power. Until then it returns nil, and the conditions say what the
// object waits for. While both are new, it returns ErrNotYet instead, because there is nothing else to say.
func Organization(ctx context.Context, r client.Reader, obj client.Object, say status.Conditions) (*v1alpha1.Organization, error) {
	var org v1alpha1.Organization
	name := facts.OrganizationOf(obj.GetNamespace())
	err := r.Get(ctx, client.ObjectKey{Name: name}, &org)
	switch {
	case name == "" || apierrors.IsNotFound(err):
		say.Waiting(v1alpha1.ReasonOrganizationNotFound, "The organization of this namespace is not there yet")
		return nil, nil
	case err != nil:
		return nil, err
	case rules.Ending(&org):
		say.Waiting(v1alpha1.ReasonTerminating, "The organization is being deleted")
		return nil, nil
	case rules.Granted(&org):
		return &org, nil
	case !rules.Judged(&org) && !say.Anything():
		return nil, status.ErrNotYet
	case !rules.Judged(&org):
		say.Waiting(v1alpha1.ReasonPending, "Waits for the organization to be set up")
		return nil, nil
	case !rules.Granted(obj):
		say.False(v1alpha1.ConditionGranted, v1alpha1.ReasonOverLimit, withoutPlace)
	}
	say.Waiting(v1alpha1.ReasonOverLimit, withoutPlace)
	return nil, nil
}
