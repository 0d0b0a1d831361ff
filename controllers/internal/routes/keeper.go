// SPDX-License-Identifier: Apache-2.0

// Package routes keeps the objects of the cluster that a plan is printed as: those that are wanted, and no others.
package routes

import (
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/child"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
)

// Keeper keeps the objects of plans.
type Keeper struct {
	// Client writes.
	Client client.Client
	// Cache has the kinds of Kinds, with the look-ups of Register. A client would read some of them from the API server.
	Cache client.Reader
	// Config says by which objects hosts are routed.
	Config *config.OperatorConfig

	printer   printer
	leftovers leftovers
}

// New makes a keeper. Live reads the API server.
func New(c client.Client, cached, live client.Reader, cfg *config.OperatorConfig, now clock.PassiveClock) (*Keeper, error) {
	p, err := newPrinter(&cfg.Ingress)
	if err != nil {
		return nil, err
	}
	return &Keeper{Client: c, Cache: cached, Config: cfg, printer: p, leftovers: leftovers{live: live, clock: now, kinds: unused(&cfg.Ingress)}}, nil
}

// Keep applies the objects of a plan that are not as they should be, and removes those of its owner that it has no longer. A plan without hosts
// removes all of them. Where a host moves from one object to another, both have it for a moment (A6).
func (k *Keeper) Keep(ctx context.Context, p route.Plan) error {
	wanted, err := k.printer.print(p)
	if err != nil {
		return err
	}
	have, err := k.stored(ctx, ownerOf(p))
	if err != nil {
		return err
	}
	if err := k.apply(ctx, wanted.helpers, have); err != nil { // routes refer to them
		return err
	}
	ordered := route.GainingFirst(wanted.routes, func(u *unstructured.Unstructured) []string { return hostsOf(have[keyOf(u)].content) },
		func(u *unstructured.Unstructured) []string { return hostsOf(u.Object) })
	if err := k.apply(ctx, ordered, have); err != nil {
		return err
	}
	return k.clean(ctx, p, wanted, have)
}

func (k *Keeper) apply(ctx context.Context, wanted []*unstructured.Unstructured, have map[key]object) error {
	for _, u := range wanted {
		if o, there := have[keyOf(u)]; there && o.is(u) {
			continue
		}
		what := fmt.Sprintf("%s %s/%s", u.GetKind(), u.GetNamespace(), u.GetName())
		if err := k.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(u), client.FieldOwner(v1alpha1.FieldOwner), client.ForceOwnership); err != nil {
			return fmt.Errorf("write %s: %w", what, err)
		}
	}
	return nil
}

// clean removes what the plan has no longer. Objects of an earlier configuration may still need the helpers. They go at once if nothing is to
// be served, and otherwise with Retire.
func (k *Keeper) clean(ctx context.Context, p route.Plan, wanted printed, have map[key]object) error {
	for _, u := range slices.Concat(wanted.helpers, wanted.routes) {
		delete(have, keyOf(u))
	}
	if err := k.remove(ctx, have, false); err != nil {
		return err
	}
	if len(p.Only(route.Serves)) == 0 {
		if err := k.leftovers.remove(ctx, k.Client, ownerOf(p)); err != nil {
			return err
		}
	}
	if left, err := k.leftovers.any(ctx, ownerOf(p)); err != nil || left {
		return err
	}
	return k.remove(ctx, have, true)
}

// remove deletes the routes of some objects, or the helpers.
func (k *Keeper) remove(ctx context.Context, objects map[key]object, helpers bool) error {
	for _, o := range objects {
		if o.kind.helper != helpers || o.GetDeletionTimestamp() != nil {
			continue
		}
		if err := child.Delete(ctx, k.Client, o.Object); err != nil {
			return fmt.Errorf("remove %s %s/%s: %w", o.kind.Kind, o.GetNamespace(), o.GetName(), err)
		}
	}
	return nil
}
