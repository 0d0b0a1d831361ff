// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/controllers/internal/index"
)

const (
	// batch is how many objects are deleted before the organization says how far it is.
	batch = 128
	// atOnce is how many of them are deleted at the same time: those share writes of the journal. The namespace controller, which
	// would delete them too, takes one after the other.
	atOnce = 16
)

// +kubebuilder:rbac:groups=polyorg.io,resources=memberships;invitations;integrationbindings;invitationresponses,verbs=list;watch;delete
// +kubebuilder:rbac:groups=rbac.authorization.k8s.io,resources=clusterroles;clusterrolebindings,verbs=delete

// endContent deletes a part of what belongs to an organization that ends, wherever it is: what somebody put into a namespace
// that is not ours, and the answers to invitations, which are in none. It says how much there was; nothing, when it is all gone.
func (r *Reconciler) endContent(ctx context.Context, org *v1alpha1.Organization) (left string, err error) {
	inside := client.InNamespace(namespaceOf(org))
	about := client.MatchingFields{index.AnswersIn: namespaceOf(org)}
	var counts []string
	var living []client.Object
	for _, part := range []struct {
		name string
		list client.ObjectList
		of   client.ListOption
	}{
		{"memberships", &v1alpha1.MembershipList{}, inside},
		{"invitations", &v1alpha1.InvitationList{}, inside},
		{"integration bindings", &v1alpha1.IntegrationBindingList{}, inside},
		{"answers", &v1alpha1.InvitationResponseList{}, about},
	} {
		n := 0
		err = errors.Join(err, index.Each(ctx, r.Client, part.list, func(obj client.Object) {
			if n++; obj.GetDeletionTimestamp() == nil && len(living) < batch {
				living = append(living, obj)
			}
		}, part.of))
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, part.name))
		}
	}
	if len(counts) == 0 || err != nil {
		return "", err
	}
	return "Deletes what belongs to it, of which there is left: " + strings.Join(counts, ", "), r.deleteAll(ctx, living)
}

// deleteAll deletes objects, many at once.
func (r *Reconciler) deleteAll(ctx context.Context, objects []client.Object) error {
	errs := make([]error, len(objects))
	workqueue.ParallelizeUntil(ctx, atOnce, len(objects), func(i int) {
		errs[i] = child.Delete(ctx, r.Client, objects[i])
	})
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("delete what belongs to the organization: %w", err) // one says enough
		}
	}
	return ctx.Err()
}
