// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/internal/rules"
)

const (
	// batch is the number of objects that are deleted before the organization's status shows the progress.
	batch = 128
	// atOnce is the number of objects that are deleted at the same time: they share writes of the journal. The namespace controller, which
	// would delete them too, takes one after the other.
	atOnce = 16
)

// +kubebuilder:rbac:groups=polyorg.io,resources=memberships;invitations;integrationbindings;invitationresponses,verbs=list;watch;delete
// +kubebuilder:rbac:groups=rbac.authorization.k8s.io,resources=clusterroles;clusterrolebindings,verbs=delete

// belonging is one kind of object that belongs to an organization.
type belonging struct {
	one, many string // as the condition counts it
	list      client.ObjectList
	where     client.ListOption
}

// belongings are all kinds that end with an organization. Most are in its namespace, even if that namespace is not ours. The answers to its
// invitations are in no namespace.
func belongings(org *v1alpha1.Organization) []belonging {
	inside := client.InNamespace(namespaceOf(org))
	return []belonging{
		{"membership", "memberships", &v1alpha1.MembershipList{}, inside},
		{"invitation", "invitations", &v1alpha1.InvitationList{}, inside},
		{"integration binding", "integration bindings", &v1alpha1.IntegrationBindingList{}, inside},
		{"answer", "answers", &v1alpha1.InvitationResponseList{}, client.MatchingFields{index.AnswersIn: namespaceOf(org)}},
	}
}

// endContent deletes a batch of the objects of an organization that ends, and says how many there were; nothing when all are gone.
func (r *Reconciler) endContent(ctx context.Context, org *v1alpha1.Organization) (remains string, err error) {
	found, living, err := r.content(ctx, org)
	if len(found) == 0 || err != nil {
		return "", err
	}
	remains = "Deletes what belongs to it; left: " + described(found)
	for batch := range slices.Chunk(living, batch) {
		if gone, err := r.deleteAll(ctx, batch); gone < len(batch) || err != nil {
			return remains, err
		}
	}
	if total(found) > len(living) {
		return remains, nil // something is being deleted, and kept by somebody's finalizer
	}
	return "", nil // the cache is behind, as it stays when the kind itself is deleted
}

// count is the number of objects of one kind that belong to an organization.
type count struct {
	n  int
	of belonging
}

func total(counts []count) (n int) {
	for _, c := range counts {
		n += c.n
	}
	return n
}

func described(counts []count) string {
	var texts []string
	for _, c := range counts {
		texts = append(texts, rules.Number(c.n, c.of.one, c.of.many))
	}
	return strings.Join(texts, ", ")
}

// content counts the objects of an organization, and returns those that are not being deleted yet.
func (r *Reconciler) content(ctx context.Context, org *v1alpha1.Organization) (found []count, living []client.Object, err error) {
	for _, b := range belongings(org) {
		n := 0
		err = errors.Join(err, index.Each(ctx, r.Client, b.list, func(obj client.Object) {
			n++
			if obj.GetDeletionTimestamp() == nil {
				living = append(living, obj)
			}
		}, b.where))
		if n > 0 {
			found = append(found, count{n, b})
		}
	}
	return found, living, err
}

// deleteAll deletes objects, many at once, and returns how many were gone before.
func (r *Reconciler) deleteAll(ctx context.Context, objects []client.Object) (gone int, err error) {
	errs := make([]error, len(objects))
	workqueue.ParallelizeUntil(ctx, atOnce, len(objects), func(i int) {
		uid := objects[i].GetUID()
		errs[i] = r.Client.Delete(ctx, objects[i], client.Preconditions{UID: &uid})
	})
	for _, err := range errs {
		switch {
		case apierrors.IsNotFound(err):
			gone++
		case err != nil:
			return gone, fmt.Errorf("delete what belongs to the organization: %w", err) // one is enough
		}
	}
	return gone, ctx.Err()
}
