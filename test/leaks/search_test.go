// SPDX-License-Identifier: Apache-2.0

package leaks

import (
	"context"
	"encoding/json"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

func asText(obj any) string {
	GinkgoHelper()
	data, err := json.Marshal(obj)
	Expect(err).NotTo(HaveOccurred())
	return string(data)
}

// shownTo is everything that a tenant can see: its Organization, and all objects of any kind in its namespace.
func shownTo(ctx context.Context, name string) []string {
	GinkgoHelper()
	org := &v1alpha1.Organization{}
	Expect(cluster.Platform.Get(ctx, client.ObjectKey{Name: tenants[name].org.Name}, org)).To(Succeed())
	texts := []string{asText(org)}
	for _, list := range kinds() {
		Expect(cluster.Platform.List(ctx, &list, client.InNamespace(lab.NamespaceOf(org)))).To(Succeed())
		for i := range list.Items {
			texts = append(texts, asText(&list.Items[i]))
		}
	}
	return texts
}

// kinds are all kinds that the API server lists in a namespace.
func kinds() []unstructured.UnstructuredList {
	GinkgoHelper()
	d, err := discovery.NewDiscoveryClientForConfig(cluster.Control.Config())
	Expect(err).NotTo(HaveOccurred())
	groups, err := d.ServerPreferredNamespacedResources()
	Expect(err).NotTo(HaveOccurred())
	var lists []unstructured.UnstructuredList
	for _, group := range groups {
		gv, err := schema.ParseGroupVersion(group.GroupVersion)
		Expect(err).NotTo(HaveOccurred())
		for _, r := range group.APIResources {
			if slices.Contains(r.Verbs, "list") {
				lists = append(lists, unstructured.UnstructuredList{})
				lists[len(lists)-1].SetGroupVersionKind(gv.WithKind(r.Kind + "List"))
			}
		}
	}
	return lists
}

// eventsAbout are the events about a tenant's Organization and the objects in its namespace, wherever they are kept.
func eventsAbout(ctx context.Context, name string) []string {
	GinkgoHelper()
	org := tenants[name].org
	var all eventsv1.EventList
	Expect(cluster.Platform.List(ctx, &all)).To(Succeed())
	var texts []string
	for i := range all.Items {
		about := all.Items[i].Regarding
		if about.Namespace == lab.NamespaceOf(org) || (about.Kind == "Organization" && about.Name == org.Name) {
			texts = append(texts, asText(&all.Items[i]))
		}
	}
	return texts
}

// tenantsOf are the tenants that a person is a member of, or that have invited them.
func tenantsOf(ctx context.Context, email string) []string {
	GinkgoHelper()
	var members v1alpha1.MembershipList
	Expect(cluster.Platform.List(ctx, &members, client.MatchingFields{"spec.user": email})).To(Succeed())
	var invitations v1alpha1.InvitationList
	Expect(cluster.Platform.List(ctx, &invitations, client.MatchingFields{"spec.email": email})).To(Succeed())
	namespaces := map[string]bool{}
	for i := range members.Items {
		namespaces[members.Items[i].Namespace] = true
	}
	for i := range invitations.Items {
		namespaces[invitations.Items[i].Namespace] = true
	}
	var names []string
	for name, t := range tenants {
		if namespaces[lab.NamespaceOf(t.org)] {
			names = append(names, name)
		}
	}
	return names
}
