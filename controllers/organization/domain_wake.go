// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/internal/rules"
)

// +kubebuilder:rbac:groups=polyorg.io,resources=hostreservations,verbs=delete

// lookups are a source of requests: the organizations whose DNS record was looked up.
func (r *Reconciler) lookups() source.Source {
	return source.Func(func(ctx context.Context, q workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
		go r.Lookups.Run(ctx, func(organization string) {
			for _, request := range index.Named(organization) {
				q.Add(request)
			}
		})
		return nil
	})
}

// domainMoved passes events by which an organization may take a domain from another, or gives one up.
var domainMoved = index.Updates(func(before, after client.Object) bool {
	was, ok1 := before.(*v1alpha1.Organization)
	is, ok2 := after.(*v1alpha1.Organization)
	return ok1 && ok2 && (rules.ClaimedDomain(was) != rules.ClaimedDomain(is) || domainState(was) != domainState(is) || !foundAt(was).Equal(foundAt(is)))
})

// foundAt is when the last look-up found the record of an organization's domain; zero if it did not.
func foundAt(org *v1alpha1.Organization) time.Time {
	if c := rules.DomainClaimOf(org); c.Last.Answer == rules.DomainFound {
		return c.LookedAt
	}
	return time.Time{}
}
