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

// belonging is one kind of what belongs to an organization.
type belonging struct {
	name  string // as the condition counts it
	list  client.ObjectList
	where client.ListOption
}

// belongings are all kinds that end with an organization, wherever they are: in its namespace, be it ours or not, and answers to its
// invitations, which are in none.
func belongings(org *v1alpha1.Organization) []belonging {
	inside := client.InNamespace(namespaceOf(org))
	return []belonging{
		{"memberships", &v1alpha1.MembershipList{}, inside},
		{"invitations", &v1alpha1.InvitationList{}, inside},
		{"integration bindings", &v1alpha1.IntegrationBindingList{}, inside},
		{"answers", &v1alpha1.InvitationResponseList{}, client.MatchingFields{index.AnswersIn: namespaceOf(org)}},
	}
}

// endContent deletes a batch of what belongs to an organization that ends, and says how much there was; nothing, when it is all gone.
func (r *Reconciler) endContent(ctx context.Context, org *v1alpha1.Organization) (left string, err error) {
	var counts []string
	var living []client.Object
	for _, b := range belongings(org) {
		n := 0
		err = errors.Join(err, index.Each(ctx, r.Client, b.list, func(obj client.Object) {
			n++
			if obj.GetDeletionTimestamp() == nil {
				living = append(living, obj)
			}
		}, b.where))
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, b.name))
		}
	}
	if len(counts) == 0 || err != nil {
		return "", err
	}
	left = "Deletes what belongs to it; left: " + strings.Join(counts, ", ")
	return left, r.deleteAll(ctx, living[:min(batch, len(living))])
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
