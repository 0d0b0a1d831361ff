// SPDX-License-Identifier: Apache-2.0

package endoflife

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
)

// passing are the resources whose objects end by themselves: events, and leases.
var passing = sets.New("events", "leases")

// listing is the names of everything that the API server has: each resource that can be listed, in all namespaces, as resource, namespace
// and name.
func listing(ctx context.Context) sets.Set[string] {
	GinkgoHelper()
	all := sets.New[string]()
	c, err := dynamic.NewForConfig(l.Control.Config())
	Expect(err).NotTo(HaveOccurred())
	for _, resource := range listable() {
		list, err := c.Resource(resource).List(ctx, metav1.ListOptions{})
		Expect(err).NotTo(HaveOccurred(), resource.String())
		for _, o := range list.Items {
			all.Insert(resource.Resource + "." + resource.Group + " " + o.GetNamespace() + "/" + o.GetName())
		}
	}
	return all
}

func listable() []schema.GroupVersionResource {
	GinkgoHelper()
	d, err := discovery.NewDiscoveryClientForConfig(l.Control.Config())
	Expect(err).NotTo(HaveOccurred())
	lists, err := d.ServerPreferredResources()
	Expect(err).NotTo(HaveOccurred())
	var found []schema.GroupVersionResource
	for _, list := range discovery.FilteredBy(discovery.SupportsAllVerbs{Verbs: []string{"list"}}, lists) {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		Expect(err).NotTo(HaveOccurred())
		for _, r := range list.APIResources {
			if !passing.Has(r.Name) {
				found = append(found, gv.WithResource(r.Name))
			}
		}
	}
	return found
}
