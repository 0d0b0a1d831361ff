// SPDX-License-Identifier: Apache-2.0

package invitation

import (
	"cmp"
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/index"
	"github.com/polyorg/polyorg/controllers/internal/wake"
	"github.com/polyorg/polyorg/controllers/internal/world"
	"github.com/polyorg/polyorg/internal/rules"
)

// remove deletes a finished invitation whose time has come. Otherwise it returns the time until then; 0 if it stays (I2). The state is stored
// before the invitation goes, so that everybody who watches it sees it.
func (r *Reconciler) remove(ctx context.Context, i *v1alpha1.Invitation, now time.Time) (time.Duration, error) {
	stored := i.Status.FinishedAt != nil
	if !stored {
		finished := metav1.NewTime(now.Truncate(time.Second))
		i.Status.FinishedAt = cmp.Or(i.Status.RespondedAt, &finished)
	}
	policy, err := world.Policy(ctx, r.Client)
	if err != nil {
		return 0, err
	}
	at, ends := rules.DeleteFinishedAt(policy, i)
	switch left := at.Sub(now); {
	case !ends:
		return 0, nil
	case !stored || left > 0:
		return max(left, time.Millisecond), nil
	}
	is := client.Preconditions{UID: &i.UID, ResourceVersion: &i.ResourceVersion}
	err = r.Client.Delete(ctx, i, is)
	if err == nil {
		r.tell(i)
	}
	return 0, client.IgnoreNotFound(err)
}

// tell tells what became of an invitation that is deleted. An accepted one also stands in the Membership.
func (r *Reconciler) tell(i *v1alpha1.Invitation) {
	by := ""
	if i.Status.InvitedBy != "" {
		by = " by " + i.Status.InvitedBy
	}
	r.Events.Eventf(i, nil, corev1.EventTypeNormal, v1alpha1.ReasonInvitationRemoved, "Reconcile", "The invitation of %s%s is %s since %s, and is deleted in time [I2]",
		i.Spec.Email, by, i.Status.State, i.Status.FinishedAt.UTC().Format(time.RFC3339))
}

// ttlChanged passes a policy that comes or goes, or deletes finished invitations at another time than before.
var ttlChanged = wake.Changes(func(before, after client.Object) bool {
	was, ok1 := before.(*v1alpha1.PlatformPolicy)
	is, ok2 := after.(*v1alpha1.PlatformPolicy)
	return ok1 && ok2 && rules.PolicyOf(was.Spec).FinishedDays != rules.PolicyOf(is.Spec).FinishedDays
})

// finishedOnes are all invitations that are over.
func (r *Reconciler) finishedOnes(ctx context.Context, _ client.Object) (all []reconcile.Request) {
	var list v1alpha1.InvitationList
	if err := r.Client.List(ctx, &list, index.Shared); err != nil {
		log.FromContext(ctx).Error(err, "Finished invitations are not found; they are looked at again when they change")
		return nil
	}
	for n := range list.Items {
		if list.Items[n].Status.FinishedAt != nil {
			all = append(all, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[n])})
		}
	}
	return all
}
