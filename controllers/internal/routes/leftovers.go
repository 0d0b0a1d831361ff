// SPDX-License-Identifier: Apache-2.0

package routes

import (
	"context"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/internal/route"
)

// The routes of an earlier configuration stay for a while beside those of the present one. So a change of the mode drops no request.
const (
	// settling is the time that a controller has to read routes which it says that it serves.
	settling = 10 * time.Second
	// patience is the time after which they go in any case. Not every controller says which routes it serves.
	patience = time.Minute
)

// leftovers are objects of kinds that the configuration does not need. They are read once: this process makes none. In the steady state there
// are none.
type leftovers struct {
	live  client.Reader
	clock clock.PassiveClock
	kinds []kind

	mu      sync.Mutex
	read    bool
	since   time.Time
	byOwner map[string][]client.Object
}

// Retire removes what an earlier configuration left of a plan's owner, once a controller has taken the routes of the plan, or after a minute. It
// returns after which time to call it again; 0: never. Keep comes before.
func (k *Keeper) Retire(ctx context.Context, p route.Plan, taken bool) (time.Duration, error) {
	left, err := k.leftovers.any(ctx, ownerOf(p))
	if err != nil || !left {
		return 0, err
	}
	wait := patience
	if taken {
		wait = settling
	}
	if rest := wait - k.leftovers.clock.Since(k.leftovers.since); rest > 0 {
		return rest, nil
	}
	if err := k.leftovers.remove(ctx, k.Client, ownerOf(p)); err != nil {
		return 0, err
	}
	return 0, k.Keep(ctx, p) // removes the helpers that only they needed
}

// any reports whether an owner has leftovers.
func (l *leftovers) any(ctx context.Context, owner string) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.load(ctx)
	return len(l.byOwner[owner]) > 0, err
}

// remove deletes the leftovers of an owner.
func (l *leftovers) remove(ctx context.Context, c client.Client, owner string) error {
	l.mu.Lock()
	err := l.load(ctx)
	objects := l.byOwner[owner]
	l.mu.Unlock()
	if err != nil {
		return err
	}
	for _, o := range objects {
		if err := child.Delete(ctx, c, o); err != nil && !meta.IsNoMatchError(err) {
			return fmt.Errorf("remove a route of the earlier configuration: %w", err)
		}
	}
	l.mu.Lock()
	delete(l.byOwner, owner)
	l.mu.Unlock()
	return nil
}

// load reads them, unless it has. Routes come before helpers, so they are removed in that order.
func (l *leftovers) load(ctx context.Context) error {
	if l.read {
		return nil
	}
	found := map[string][]client.Object{}
	for _, kind := range l.kinds {
		for _, label := range []client.ListOption{client.HasLabels{v1alpha1.OrganizationLabel}, client.MatchingLabels{v1alpha1.ManagedByLabel: v1alpha1.FieldOwner}} {
			if err := l.list(ctx, kind, label, found); err != nil {
				return err
			}
		}
	}
	l.read, l.since, l.byOwner = true, l.clock.Now(), found
	return nil
}

// list reads a kind, page by page. A kind that is not in the cluster has no objects.
func (l *leftovers) list(ctx context.Context, k kind, label client.ListOption, found map[string][]client.Object) error {
	const page = 500
	for next := ""; ; {
		list := &metav1.PartialObjectMetadataList{}
		list.SetGroupVersionKind(k.GroupVersion().WithKind(k.Kind + "List"))
		err := l.live.List(ctx, list, label, client.Limit(page), client.Continue(next))
		if meta.IsNoMatchError(err) || apierrors.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the routes of the earlier configuration, of kind %s: %w", k.Kind, err)
		}
		for i := range list.Items {
			o := &list.Items[i]
			o.SetGroupVersionKind(k.GroupVersionKind)
			for _, owner := range owners(o) {
				o.SetManagedFields(nil)
				found[owner] = append(found[owner], o)
			}
		}
		if next = list.GetContinue(); next == "" {
			return nil
		}
	}
}
