// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"cmp"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// sample is the name of the sample folder's customer, and of its organizations, domain and accounts.
const sample = "bluepine"

// folder is kustomize's output for a customer's folder.
type folder []*unstructured.Unstructured

// customer is the sample folder under another name. So many customers can be in one cluster.
func (c *cluster) customer(ctx context.Context, name string) folder {
	GinkgoHelper()
	text, err := c.kubectl(ctx, "kustomize", filepath.Join(samples, "customers", sample))
	Expect(err).NotTo(HaveOccurred(), text)
	return parse(strings.ReplaceAll(text, sample, name))
}

func parse(text string) (f folder) {
	GinkgoHelper()
	decoder := yaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	for {
		o := &unstructured.Unstructured{}
		err := decoder.Decode(&o.Object)
		if errors.Is(err, io.EOF) {
			return f
		}
		Expect(err).NotTo(HaveOccurred())
		f = append(f, o)
	}
}

// copy is the folder as it is in Git. An apply writes the API server's answer into its objects.
func (f folder) copy() folder {
	var all folder
	for _, o := range f {
		all = append(all, o.DeepCopy())
	}
	return all
}

// where are the objects for which a condition holds.
func (f folder) where(holds func(*unstructured.Unstructured) bool) folder {
	return slices.DeleteFunc(f.copy(), func(o *unstructured.Unstructured) bool { return !holds(o) })
}

// only are the objects of some kinds, and but are all others.
func (f folder) only(kinds ...string) folder {
	return f.where(func(o *unstructured.Unstructured) bool { return slices.Contains(kinds, o.GetKind()) })
}

func (f folder) but(kinds ...string) folder {
	return f.where(func(o *unstructured.Unstructured) bool { return !slices.Contains(kinds, o.GetKind()) })
}

// the is the object of a kind and a name, in the organization's namespace if it has one.
func (f folder) the(kind, organization, name string) *unstructured.Unstructured {
	GinkgoHelper()
	for _, o := range f {
		if o.GetKind() == kind && o.GetName() == name && o.GetNamespace() == namespaceOf(organization) {
			return o
		}
	}
	Fail("the folder has no " + kind + " " + name)
	return nil
}

// without is the folder after an object has left it.
func (f folder) without(gone ...*unstructured.Unstructured) folder {
	return slices.DeleteFunc(f.copy(), func(o *unstructured.Unstructured) bool {
		return slices.ContainsFunc(gone, func(g *unstructured.Unstructured) bool { return id(g) == id(o) })
	})
}

// namespacesFirst moves namespaces to the front and keeps the order of the rest, as all GitOps tools do.
func (f folder) namespacesFirst() folder {
	return append(f.only("Namespace"), f.but("Namespace")...)
}

// byName is the order in which Argo CD applies kinds that it does not know.
func (f folder) byName() folder {
	sorted := f.copy()
	slices.SortStableFunc(sorted, func(a, b *unstructured.Unstructured) int { return cmp.Compare(a.GetName(), b.GetName()) })
	return sorted
}

func id(o *unstructured.Unstructured) string {
	return o.GetKind() + " " + o.GetNamespace() + "/" + o.GetName()
}

func namespaceOf(organization string) string {
	if organization == "" {
		return ""
	}
	return v1alpha1.NamespacePrefix + organization
}

// apply applies one object after another, each until the answer is final.
func (c *cluster) apply(ctx context.Context, f folder, options ...client.ApplyOption) {
	GinkgoHelper()
	for _, o := range f {
		Expect(c.applyOne(ctx, o, options...)).To(Succeed(), id(o))
	}
}

// applyOne applies an object. A conflict about a field's owner is final.
func (c *cluster) applyOne(ctx context.Context, o *unstructured.Unstructured, options ...client.ApplyOption) (final error) {
	options = append([]client.ApplyOption{client.FieldOwner(manager)}, options...)
	err := insist(ctx, func() error {
		final = c.git.Apply(ctx, client.ApplyConfigurationFromUnstructured(o.DeepCopy()), options...)
		if isFieldConflict(final) {
			return nil
		}
		return final
	})
	return cmp.Or(err, final)
}

// insist tries again while the answer says so, within reason.
func insist(ctx context.Context, try func() error) error {
	ctx, cancel := context.WithTimeout(ctx, lab.Soon)
	defer cancel()
	return lab.Insist(ctx, try)
}

// live reads an object from the cluster. It is nil if there is none.
func (c *cluster) live(ctx context.Context, o *unstructured.Unstructured) *unstructured.Unstructured {
	GinkgoHelper()
	found := &unstructured.Unstructured{}
	found.SetGroupVersionKind(o.GroupVersionKind())
	err := c.Platform.Get(ctx, client.ObjectKeyFromObject(o), found)
	if client.IgnoreNotFound(err) == nil && err != nil {
		return nil
	}
	Expect(err).NotTo(HaveOccurred())
	return found
}
