// SPDX-License-Identifier: Apache-2.0

package directory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/facts"
)

// watched is what this replica has seen of organizations and reservations. Its events come through the view's watches, so it costs the API
// server one list of each kind at the start, and nothing after that.
type watched struct {
	organizations, reservations cache.SharedIndexInformer
}

// New makes a directory that is empty until Run has read the cluster.
func New(view *facts.View, c client.WithWatch, cfg *config.OperatorConfig, now clock.PassiveClock) (*Directory, error) {
	w := watched{
		organizations: view.NewInformer(listWatch(c, func() client.ObjectList { return &v1alpha1.OrganizationList{} }), &v1alpha1.Organization{}, 0,
			cache.Indexers{byHost: hostsOf, byUID: uidOf}),
		reservations: view.NewInformer(listWatch(c, func() client.ObjectList { return &v1alpha1.HostReservationList{} }), &v1alpha1.HostReservation{}, 0,
			cache.Indexers{byHolder: holderOf}),
	}
	err := errors.Join(w.organizations.SetTransform(slim), w.reservations.SetTransform(slim))
	return &Directory{watched: w, view: view, config: cfg, clock: now, none: facts.NewOverlay(nil)}, err
}

func listWatch(c client.WithWatch, list func() client.ObjectList) cache.ListerWatcher {
	return &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			l := list()
			return l, c.List(ctx, l, &client.ListOptions{Raw: &o})
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return c.Watch(ctx, list(), &client.ListOptions{Raw: &o})
		},
	}
}

// Run watches until the context ends.
func (w *watched) Run(ctx context.Context) error {
	var running sync.WaitGroup
	for _, i := range []cache.SharedIndexInformer{w.organizations, w.reservations} {
		running.Go(func() { i.RunWithContext(ctx) })
	}
	running.Wait()
	return nil
}

// AwaitSync returns when both kinds have been seen whole, or reports false when the context ends. Before that, every host would seem unknown.
func (w *watched) AwaitSync(ctx context.Context) bool {
	return cache.WaitForCacheSync(ctx.Done(), w.organizations.HasSynced, w.reservations.HasSynced)
}

// Ready is a check of the replica's readiness.
func (w *watched) Ready(*http.Request) error {
	if !w.organizations.HasSynced() || !w.reservations.HasSynced() {
		return errors.New("the hosts of organizations have not been read yet")
	}
	return nil
}

// The look-ups.
const (
	byHost   = "host"   // organizations, by a host that they have
	byUID    = "uid"    // organizations
	byHolder = "holder" // reservations, by the organization's UID
)

func hostsOf(obj any) ([]string, error) {
	org, ok := obj.(*v1alpha1.Organization)
	if !ok {
		return nil, fmt.Errorf("%T is no Organization", obj)
	}
	return org.Status.Hosts, nil
}

func uidOf(obj any) ([]string, error) {
	org, ok := obj.(*v1alpha1.Organization)
	if !ok {
		return nil, fmt.Errorf("%T is no Organization", obj)
	}
	return []string{string(org.UID)}, nil
}

func holderOf(obj any) ([]string, error) {
	h, ok := obj.(*v1alpha1.HostReservation)
	if !ok {
		return nil, fmt.Errorf("%T is no HostReservation", obj)
	}
	if h.Spec.HeldFor == nil {
		return nil, nil
	}
	return []string{string(h.Spec.HeldFor.UID)}, nil
}

// having are the organizations that have a host.
func (w *watched) having(host string) []*v1alpha1.Organization {
	return find[*v1alpha1.Organization](w.organizations, byHost, host)
}

// reservedFor are the organizations for which a host is reserved: one, or none.
func (w *watched) reservedFor(host string) []*v1alpha1.Organization {
	obj, there, err := w.reservations.GetStore().GetByKey(host)
	if err != nil || !there {
		return nil
	}
	h, ok := obj.(*v1alpha1.HostReservation)
	if !ok || h.Spec.HeldFor == nil {
		return nil
	}
	return find[*v1alpha1.Organization](w.organizations, byUID, string(h.Spec.HeldFor.UID))
}

// reservationsFor are all of an organization's.
func (w *watched) reservationsFor(org *v1alpha1.Organization) []v1alpha1.HostReservation {
	found := find[*v1alpha1.HostReservation](w.reservations, byHolder, string(org.UID))
	all := make([]v1alpha1.HostReservation, len(found))
	for i, h := range found {
		all[i] = *h
	}
	return all
}

// find looks objects up. An error would say that there is no such look-up.
func find[O any](in cache.SharedIndexInformer, index, value string) []O {
	objects, err := in.GetIndexer().ByIndex(index, value)
	if err != nil {
		return nil
	}
	found := make([]O, 0, len(objects))
	for _, obj := range objects {
		if o, ok := obj.(O); ok {
			found = append(found, o)
		}
	}
	return found
}

// slim removes what no look-up reads. Of the conditions, a plan reads only whether the organization has its place.
func slim(obj any) (any, error) {
	o, ok := obj.(client.Object)
	if !ok {
		return obj, nil
	}
	o.SetManagedFields(nil)
	o.SetLabels(nil)
	delete(o.GetAnnotations(), corev1.LastAppliedConfigAnnotation)
	switch o := o.(type) {
	case *v1alpha1.Organization:
		o.Status.Conditions = slices.DeleteFunc(o.Status.Conditions, func(c metav1.Condition) bool { return c.Type != v1alpha1.ConditionGranted })
		o.Status.PreviousHosts = nil
	case *v1alpha1.HostReservation:
		o.Status = v1alpha1.HostReservationStatus{}
	}
	return o, nil
}
