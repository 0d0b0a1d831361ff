// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// key names one object among all.
type key struct {
	kind string
	name types.NamespacedName
}

func kindOf(o client.Object) string { return reflect.TypeOf(o).Elem().Name() }

func keyOf(o client.Object) key { return key{kindOf(o), client.ObjectKeyFromObject(o)} }

func (k key) String() string { return k.kind + " " + k.name.String() }

// event is one write. Objects in events are never changed.
type event struct {
	key
	object   client.Object // as it is now, or was last
	gone     bool
	revision int64
	// silent: it left no entry, like a fact that the operator gives up in status. A replica learns of it only by its watch.
	silent bool
}

// apiServer stores objects as etcd and the API server do: one counter of revisions for all, compare-and-swap, UIDs before
// admission, finalizers.
type apiServer struct {
	revision int64
	uids     int
	stored   world
	log      []event
	byKind   map[string][]event
	sealed   map[string]bool                     // organizations whose namespaces have gone, though they themselves have not
	wrote    func(e event, before client.Object) // is told of every write
}

func newAPIServer() *apiServer {
	return &apiServer{revision: 100, stored: world{}, byKind: map[string][]event{}, sealed: map[string]bool{}}
}

func (a *apiServer) uid() types.UID {
	a.uids++
	return types.UID("uid-" + strconv.Itoa(a.uids))
}

// create stores an object that is new. One that was not through admission gets its UID here.
func (a *apiServer) create(o client.Object, now metav1.Time) error {
	if a.stored[keyOf(o)] != nil {
		return apierrors.NewAlreadyExists(resource(o), o.GetName())
	}
	if o.GetUID() == "" {
		o.SetUID(a.uid())
	}
	if ts := o.GetCreationTimestamp(); ts.IsZero() {
		o.SetCreationTimestamp(now)
	}
	a.write(event{key: keyOf(o), object: o}, nil)
	return nil
}

// update stores a later version of an object, if it is still of the version that the author had read.
func (a *apiServer) update(o client.Object, silent bool) error {
	before := a.stored[keyOf(o)]
	switch {
	case before == nil:
		return apierrors.NewNotFound(resource(o), o.GetName())
	case o.GetResourceVersion() == "": // whatever is there
	case before.GetUID() != o.GetUID() || before.GetResourceVersion() != o.GetResourceVersion():
		return apierrors.NewConflict(resource(o), o.GetName(), fmt.Errorf("it is of version %s", before.GetResourceVersion()))
	}
	gone := o.GetDeletionTimestamp() != nil && len(o.GetFinalizers()) == 0
	a.write(event{key: keyOf(o), object: o, gone: gone, silent: silent}, before)
	return nil
}

// remove deletes the version of an object that was judged: at once, or when its finalizers are gone.
func (a *apiServer) remove(judged client.Object, now metav1.Time) error {
	o := judged.DeepCopyObject().(client.Object)
	if before := a.stored[keyOf(o)]; before != nil && len(o.GetFinalizers()) > 0 && o.GetDeletionTimestamp() != nil {
		return nil
	}
	if len(o.GetFinalizers()) == 0 || o.GetDeletionTimestamp() == nil {
		o.SetDeletionTimestamp(&now)
	}
	return a.update(o, false)
}

func (a *apiServer) write(e event, before client.Object) {
	a.revision++
	e.revision = a.revision
	e.object = e.object.DeepCopyObject().(client.Object)
	e.object.SetResourceVersion(strconv.FormatInt(a.revision, 10))
	if e.gone {
		delete(a.stored, e.key)
		if e.kind == "Organization" {
			delete(a.sealed, e.name.Name)
		}
	} else {
		a.stored[e.key] = e.object
	}
	a.log = append(a.log, e)
	a.byKind[e.kind] = append(a.byKind[e.kind], e)
	a.wrote(e, before)
}

// ended reports whether an organization's namespace was deleted since a revision.
func (a *apiServer) ended(organization string, since int64) bool {
	return a.sealed[organization] || slices.ContainsFunc(a.byKind["Organization"], func(e event) bool {
		return e.gone && e.name.Name == organization && e.revision > since
	})
}

// at is what was stored of one kind at a revision.
func (a *apiServer) at(kind string, revision int64) world {
	w := world{}
	for _, e := range a.byKind[kind] {
		if e.revision <= revision {
			w.apply(e)
		}
	}
	return w
}

func revisionOf(version string) int64 {
	revision, _ := strconv.ParseInt(version, 10, 64)
	return revision
}

func resource(o client.Object) schema.GroupResource { return schema.GroupResource{Resource: kindOf(o)} }
