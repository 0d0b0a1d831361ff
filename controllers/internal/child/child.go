// SPDX-License-Identifier: Apache-2.0

// Package child keeps the objects that the operator makes for an organization.
package child

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
	metaacv1 "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Keep applies the wanted object unless the cache shows all of it. A field that somebody else took over or changed is no longer extracted
// as ours, so Keep applies it again. Live is an empty object with the name of the wanted one.
func Keep[O client.Object, A any, P interface {
	*A
	runtime.ApplyConfiguration
}](ctx context.Context, c client.Client, live O, want P, extract func(O, string) (P, error)) error {
	key := client.ObjectKeyFromObject(live)
	err := c.Get(ctx, key, live)
	if client.IgnoreNotFound(err) != nil {
		return err
	}
	if err == nil {
		if have, err := extract(live, v1alpha1.FieldOwner); err == nil && equality.Semantic.DeepEqual(have, want) {
			return nil
		}
	}
	return Apply(ctx, c, want)
}

// Apply writes the wanted object, whatever the cache shows.
func Apply(ctx context.Context, c client.Client, want runtime.ApplyConfiguration) error {
	if err := c.Apply(ctx, want, client.FieldOwner(v1alpha1.FieldOwner), client.ForceOwnership); err != nil {
		return fmt.Errorf("write %s: %w", called(want), err)
	}
	return nil
}

// called is the kind and the name of a wanted object, as people know them.
func called(want runtime.ApplyConfiguration) string {
	o, ok := want.(interface {
		GetKind() *string
		GetName() *string
		GetNamespace() *string
	})
	if !ok {
		return "an object"
	}
	return ptr.Deref(o.GetKind(), "object") + " " + strings.TrimPrefix(ptr.Deref(o.GetNamespace(), "")+"/"+ptr.Deref(o.GetName(), ""), "/")
}

// Remove deletes an object that the cache still shows.
func Remove(ctx context.Context, c client.Client, live client.Object) error {
	if err := c.Get(ctx, client.ObjectKeyFromObject(live), live); err != nil {
		return client.IgnoreNotFound(err)
	}
	if live.GetDeletionTimestamp() != nil {
		return nil
	}
	return Delete(ctx, c, live)
}

// Delete deletes exactly the object that was read, and no later one of its name.
func Delete(ctx context.Context, c client.Client, obj client.Object) error {
	uid := obj.GetUID()
	return client.IgnoreNotFound(c.Delete(ctx, obj, client.Preconditions{UID: &uid}))
}

// DeleteUnchanged deletes an object only in the state in which it was read.
func DeleteUnchanged(ctx context.Context, c client.Client, obj client.Object) error {
	uid, version := obj.GetUID(), obj.GetResourceVersion()
	return client.IgnoreNotFound(c.Delete(ctx, obj, client.Preconditions{UID: &uid, ResourceVersion: &version}))
}

// OwnerOf refers to the organization to which a child belongs.
func OwnerOf(org *v1alpha1.Organization) *metaacv1.OwnerReferenceApplyConfiguration {
	return metaacv1.OwnerReference().
		WithAPIVersion(v1alpha1.GroupVersion.String()).WithKind("Organization").
		WithName(org.Name).WithUID(org.UID).WithController(true).WithBlockOwnerDeletion(true)
}

// Labels mark a child as the organization's.
func Labels(org *v1alpha1.Organization) map[string]string {
	return map[string]string{v1alpha1.OrganizationLabel: org.Name}
}
