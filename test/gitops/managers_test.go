// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("Beside the pipeline", Ordered, ContinueOnFailure, func() {
	const name = "sharedpine"
	var f folder
	var org *unstructured.Unstructured

	BeforeAll(func(ctx SpecContext) {
		f = home.customer(ctx, name)
		org = f.the("Organization", "", name)
		home.apply(ctx, f)
		home.eventuallyHealthy(ctx, f)
	}, NodeTimeout(5*time.Minute))

	It("somebody's labels and annotations stay", func(ctx SpecContext) {
		ours := f.but("Namespace")
		mark := client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"labels":{"cost-center":"42"},"annotations":{"cost-center":"42"}}}`))
		for _, o := range ours {
			Expect(insist(ctx, func() error { return home.Platform.Patch(ctx, o.DeepCopy(), mark, client.FieldOwner("somebody")) })).To(Succeed(), id(o))
		}
		home.apply(ctx, f)
		home.staysAs(ctx, f, home.eventuallyStill(ctx, f))
		for _, o := range ours {
			live := home.live(ctx, o)
			Expect(live.GetLabels()).To(HaveKeyWithValue("cost-center", "42"), id(o))
			Expect(live.GetAnnotations()).To(HaveKeyWithValue("cost-center", "42"), id(o))
		}
	})

	It("another manager has fields of its own", func(ctx SpecContext) {
		security := part(org, map[string]any{"ipRestriction": map[string]any{"allowedCIDRs": []any{"203.0.113.0/24"}}})
		Expect(home.applyOne(ctx, security, client.FieldOwner("security"))).To(Succeed())
		home.apply(ctx, f)
		home.eventuallyHealthy(ctx, f)
		Expect(home.spec(ctx, org)).To(And(HaveKey("ipRestriction"), HaveKeyWithValue("displayName", "Bluepine")))
	})

	It("and none of the pipeline's: the API server names their owner", func(ctx SpecContext) {
		err := home.applyOne(ctx, part(org, map[string]any{"displayName": "Redwood"}), client.FieldOwner("sales"))
		Expect(err).To(Satisfy(isFieldConflict))
		Expect(err).To(MatchError(And(ContainSubstring(`"`+manager+`"`), ContainSubstring("displayName"))))
	})

	It("an edit by hand is drift, which stays until the next run of the pipeline", func(ctx SpecContext) {
		edited := &v1alpha1.Organization{}
		edited.Name = name
		Expect(lab.Change(ctx, home.Platform, edited, func(o *v1alpha1.Organization) { o.Spec.Locale = "fr" })).To(Succeed())
		home.EventuallyReady(ctx, edited)
		home.staysAs(ctx, folder{org}, home.eventuallyStill(ctx, folder{org}))
		Expect(home.spec(ctx, org)).To(HaveKeyWithValue("locale", "fr"))

		Expect(home.applyOne(ctx, org)).To(Satisfy(isFieldConflict))
		home.apply(ctx, folder{org}, client.ForceOwnership) // as Flux and Argo CD do
		Expect(home.spec(ctx, org)).To(HaveKeyWithValue("locale", "en"))
		home.eventuallyHealthy(ctx, f)
	})
})

var _ = Describe("The super admin's membership", func() {
	// own is a customer with one organization. Its folder has the super admin's membership under this name.
	own := func(ctx SpecContext, name, membership string) folder {
		f := home.customer(ctx, name)
		m := f.the("Membership", name, "maria").DeepCopy()
		m.SetName(membership)
		Expect(unstructured.SetNestedField(m.Object, "ines@"+name+".example", "spec", "user")).To(Succeed())
		return folder{f.the("Namespace", "", namespaceOf(name)), f.the("Organization", "", name), m}
	}
	members := func(ctx SpecContext, organization string) (names []string) {
		var all v1alpha1.MembershipList
		Expect(home.Platform.List(ctx, &all, client.InNamespace(namespaceOf(organization)))).To(Succeed())
		for _, m := range all.Items {
			names = append(names, m.Name)
		}
		return names
	}

	It("is adopted if Git brought one first", func(ctx SpecContext) {
		f := own(ctx, "earlypine", "ines")
		home.apply(ctx, f.only("Namespace", "Membership"))
		home.apply(ctx, f)
		home.eventuallyHealthy(ctx, f)
		Expect(members(ctx, "earlypine")).To(ConsistOf("ines"))
	})

	It("is shared if Git has it under the operator's name", func(ctx SpecContext) {
		f := own(ctx, "latepine", identity.ObjectName("ines@latepine.example"))
		home.apply(ctx, f.only("Namespace", "Organization"))
		home.eventuallyHealthy(ctx, f.only("Organization"))
		home.apply(ctx, f)
		home.eventuallyHealthy(ctx, f)
		Expect(members(ctx, "latepine")).To(HaveLen(1))
	})

	It("is unique: beside the operator's, Git can have none under another name (L6)", func(ctx SpecContext) {
		f := own(ctx, "twinpine", "ines")
		home.apply(ctx, f.only("Namespace", "Organization"))
		home.eventuallyHealthy(ctx, f.only("Organization"))
		Expect(home.applyOne(ctx, f[2])).To(lab.BeRefusedBy("L6"))
	})
})

// part is an object with only some fields of its spec.
func part(of *unstructured.Unstructured, spec map[string]any) *unstructured.Unstructured {
	o := &unstructured.Unstructured{Object: map[string]any{"spec": spec}}
	o.SetGroupVersionKind(of.GroupVersionKind())
	o.SetNamespace(of.GetNamespace())
	o.SetName(of.GetName())
	return o
}

func (c *cluster) spec(ctx SpecContext, o *unstructured.Unstructured) map[string]any {
	GinkgoHelper()
	spec, _, err := unstructured.NestedMap(c.live(ctx, o).Object, "spec")
	Expect(err).NotTo(HaveOccurred())
	return spec
}

// isFieldConflict reports whether somebody else owns a field with another value.
func isFieldConflict(err error) bool {
	return apierrors.HasStatusCause(err, "FieldManagerConflict")
}
