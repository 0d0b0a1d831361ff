// SPDX-License-Identifier: Apache-2.0

package routes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/route"
)

// Owner is the field by which the cache finds the routes of an organization, by its UID, or those of the platform.
const Owner = "polyorg.routeOwner"

// platform owns the routes that are no organization's. No UID is so short.
const platform = "platform"

// Register registers the look-ups of a keeper. It starts a watch of each kind that the configuration needs, and of no other.
func Register(ctx context.Context, indexer client.FieldIndexer, i *config.Ingress) error {
	for _, object := range Kinds(i) {
		if err := indexer.IndexField(ctx, object, Owner, owners); err != nil {
			return fmt.Errorf("look up routes by owner: %w", err)
		}
	}
	return nil
}

func ownerOf(p route.Plan) string {
	if p.Organization == "" {
		return platform
	}
	return string(p.UID)
}

// owners has the owner of an object that the operator wrote. A copy that somebody else made is not the operator's to remove, whatever it says.
func owners(o client.Object) []string {
	if applied(o) == nil {
		return nil
	}
	if by := metav1.GetControllerOf(o); by != nil {
		if strings.HasPrefix(by.APIVersion, v1alpha1.GroupName+"/") {
			return []string{string(by.UID)}
		}
		return nil
	}
	if OfPlatform(o) {
		return []string{platform}
	}
	return nil
}

// OfPlatform reports whether an object is a route of the platform itself, by its name and label.
func OfPlatform(o client.Object) bool {
	return o.GetLabels()[v1alpha1.ManagedByLabel] == v1alpha1.FieldOwner && strings.HasPrefix(o.GetName(), route.Plan{}.Name("", ""))
}

// applied is what the operator wrote of an object; nil: nothing.
func applied(o client.Object) *metav1.ManagedFieldsEntry {
	fields := o.GetManagedFields()
	i := slices.IndexFunc(fields, func(f metav1.ManagedFieldsEntry) bool {
		return f.Manager == v1alpha1.FieldOwner && f.Operation == metav1.ManagedFieldsOperationApply && f.Subresource == ""
	})
	if i < 0 {
		return nil
	}
	return &fields[i]
}

// key names one object among those of an owner.
type key struct{ kind, namespace, name string }

func keyOf(u *unstructured.Unstructured) key {
	return key{u.GetKind(), u.GetNamespace(), u.GetName()}
}

// object is one that the cache shows.
type object struct {
	client.Object
	kind    kind
	content map[string]any
}

// stored are the objects of an owner, of all kinds that the configuration needs.
func (k *Keeper) stored(ctx context.Context, owner string) (map[key]object, error) {
	objects := map[key]object{}
	for _, kind := range used(&k.Config.Ingress) {
		list := kind.list()
		if err := k.Cache.List(ctx, list, client.MatchingFields{Owner: owner}); err != nil {
			return nil, fmt.Errorf("read the routes of kind %s: %w", kind.Kind, err)
		}
		err := meta.EachListItem(list, func(item runtime.Object) error {
			o, ok := item.(client.Object)
			if !ok {
				return fmt.Errorf("%T is no object", item)
			}
			content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
			objects[key{kind.Kind, o.GetNamespace(), o.GetName()}] = object{o, kind, content}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return objects, nil
}
