// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// quiet is how long a folder with nothing to do must stay unwritten.
const quiet = 2 * time.Second

var _ = Describe("A folder that is applied again", Ordered, func() {
	var f folder
	var before map[string]string

	BeforeAll(func(ctx SpecContext) {
		f = home.customer(ctx, sample)
		home.apply(ctx, f)
		home.eventuallyHealthy(ctx, f)
		// People's Users and access follow their memberships. Then there is nothing left to do.
		Eventually(func(g Gomega) { home.settled(ctx, g, sample, f) }).WithContext(ctx).Should(Succeed())
		before = home.eventuallyStill(ctx, f)
	}, NodeTimeout(5*time.Minute))

	It("changes nothing, not even the owner of a field", func(ctx SpecContext) {
		home.apply(ctx, f)
		home.staysAs(ctx, f, before)
	})

	It("changes nothing after the operator started anew", func(ctx SpecContext) {
		for i := range home.Operator.Replicas() {
			Expect(home.Operator.Restart(ctx, i)).To(Succeed())
		}
		// When the new leader has made this organization ready, it has looked at everything.
		home.Organization(ctx, lab.Person("next"), 0)
		home.apply(ctx, f)
		home.staysAs(ctx, f, before)
	}, NodeTimeout(3*time.Minute))

	It("leaves no difference for kubectl diff", func(ctx SpecContext) {
		said, err := home.kubectl(ctx, "diff", "--server-side", "--field-manager="+manager, "--kustomize="+filepath.Join(samples, "customers", sample))
		Expect(err).NotTo(HaveOccurred(), said)
		Expect(said).To(BeEmpty())
	})

	It("leaves the operator the status, a finalizer, and a mark on the namespace", func(ctx SpecContext) {
		for _, o := range f {
			for _, f := range home.live(ctx, o).GetManagedFields() {
				if f.Manager == manager && f.Operation == metav1.ManagedFieldsOperationApply {
					continue
				}
				Expect(theOperators(o, f)).To(BeTrue(), "%s: %s owns %s", id(o), f.Manager, f.FieldsV1)
			}
		}
	})

	It("can tell the operator's fields from others", func() {
		spec := metav1.ManagedFieldsEntry{FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:finalizers":{}},"f:spec":{"f:superAdmin":{}}}`)}
		Expect(theOperators(f.the("Organization", "", sample), spec)).To(BeFalse())
	})
})

// theOperators reports whether the operator may own these fields of an object that Git has.
func theOperators(o *unstructured.Unstructured, f metav1.ManagedFieldsEntry) bool {
	if f.Subresource == "status" {
		return true
	}
	var owns map[string]map[string]any
	Expect(json.Unmarshal(f.FieldsV1.GetRawBytes(), &owns)).To(Succeed())
	if len(owns) != 1 || len(owns["f:metadata"]) != 1 {
		return false
	}
	switch o.GetKind() {
	case "Organization":
		return owns["f:metadata"]["f:finalizers"] != nil
	case "Namespace":
		return onlyMarks(owns["f:metadata"]["f:labels"])
	}
	return false
}

// onlyMarks reports whether all labels are the operator's own.
func onlyMarks(labels any) bool {
	owned, ok := labels.(map[string]any)
	for key := range owned {
		ok = ok && (key == "." || strings.HasPrefix(key, "f:"+v1alpha1.GroupName+"/"))
	}
	return ok
}

// state is the state of a folder's objects, by object: the version, and the owner of each field.
func (c *cluster) state(ctx SpecContext, f folder) map[string]string {
	GinkgoHelper()
	all := map[string]string{}
	for _, o := range f {
		live := c.live(ctx, o)
		Expect(live).NotTo(BeNil(), id(o))
		fields, err := json.Marshal(live.GetManagedFields())
		Expect(err).NotTo(HaveOccurred())
		all[id(o)] = live.GetResourceVersion() + " " + string(fields)
	}
	return all
}

// eventuallyStill returns the state after the last write.
func (c *cluster) eventuallyStill(ctx SpecContext, f folder) map[string]string {
	GinkgoHelper()
	var last map[string]string
	Eventually(func(g Gomega) {
		last = c.state(ctx, f)
		g.Consistently(func() map[string]string { return c.state(ctx, f) }).WithTimeout(time.Second).Should(Equal(last))
	}).WithContext(ctx).Should(Succeed())
	return last
}

func (c *cluster) staysAs(ctx SpecContext, f folder, before map[string]string) {
	GinkgoHelper()
	Consistently(func() map[string]string { return c.state(ctx, f) }).WithTimeout(quiet).WithPolling(time.Second).Should(Equal(before))
}
