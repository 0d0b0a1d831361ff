// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"errors"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
)

// obstacleAgain is the delay before the operator writes a binding again after an obstacle. It sees the end of a RoleBinding at once, but
// does not watch a ClusterRoleBinding that it did not make.
const obstacleAgain = time.Minute

// obstacle is a binding that has the name of one of the operator's, and gives another role. A role cannot be changed in place, and the
// operator does not delete other people's bindings. So somebody else must delete it.
type obstacle struct{ name string }

func (o *obstacle) Error() string {
	return o.name + " has the name of the operator's own, and gives another role"
}

// write applies one binding.
func (r *Reconciler) write(ctx context.Context, name string, b binding, org *v1alpha1.Organization) error {
	err := child.Apply(ctx, r.Client, b.apply(name, org))
	if !changesRole(err) {
		return err
	}
	if b.role == ownRole(org) {
		return &obstacle{"ClusterRoleBinding " + name}
	}
	return &obstacle{"RoleBinding " + namespaceOf(org) + "/" + name}
}

// changesRole reports whether a binding was refused because it would give another role than the one that stands.
func changesRole(err error) bool {
	var refused apierrors.APIStatus
	if !apierrors.IsInvalid(err) || !errors.As(err, &refused) || refused.Status().Details == nil {
		return false
	}
	return slices.ContainsFunc(refused.Status().Details.Causes, func(c metav1.StatusCause) bool { return c.Field == "roleRef" })
}

// takeObstacles notes the bindings that stand in the way of access, and returns all other errors.
func (o *observed) takeObstacles(err error) (rest error) {
	var one *obstacle
	joined, many := err.(interface{ Unwrap() []error })
	switch {
	case many:
		for _, e := range joined.Unwrap() {
			rest = errors.Join(rest, o.takeObstacles(e))
		}
		return rest
	case errors.As(err, &one):
		o.obstacles, o.again = append(o.obstacles, one.name), obstacleAgain
		return nil
	}
	return err
}
