// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/polling"
	"github.com/fluxcd/pkg/ssa"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/polyorg/polyorg/test/lab"
)

// Flux does not prune an object with this annotation.
var unpruned = map[string]string{"kustomize.toolkit.fluxcd.io/prune": "disabled"}

// flux is the engine of Flux's kustomize-controller with the sample Kustomization. It applies namespaces first, then tries all the rest by
// a server-side dry run, and then applies it. Health is kstatus.
type flux struct {
	*ssa.ResourceManager
	name string
}

func newFlux(c *cluster, name string) *flux {
	poller := polling.NewStatusPoller(c.git, c.git.RESTMapper(), polling.Options{})
	return &flux{name: name, ResourceManager: ssa.NewResourceManager(c.git, poller,
		ssa.Owner{Field: "kustomize-controller", Group: "kustomize.toolkit.fluxcd.io"})}
}

// reconcile applies a folder, waits for its health, and prunes the objects that have left it.
func (x *flux) reconcile(ctx SpecContext, now, before folder) (*ssa.ChangeSet, error) {
	now = now.copy()
	x.SetOwnerLabels(now, x.name, "polyorg-gitops")
	changes, err := x.ApplyAllStaged(ctx, now, ssa.ApplyOptions{WaitInterval: 100 * time.Millisecond, WaitTimeout: lab.Soon})
	if err != nil {
		return changes, err
	}
	if err := x.Wait(now, ssa.WaitOptions{Interval: 100 * time.Millisecond, Timeout: lab.Soon, FailFast: true}); err != nil {
		return changes, err
	}
	return changes, x.prune(ctx, before.without(now...))
}

// prune deletes in the reverse order of Flux's application, and waits until it is done.
func (x *flux) prune(ctx SpecContext, gone folder) error {
	options := ssa.DeleteOptions{
		PropagationPolicy: "Background", Inclusions: x.GetOwnerLabels(x.name, "polyorg-gitops"), Exclusions: unpruned,
	}
	changes, err := x.DeleteAll(ctx, gone, options)
	if err != nil {
		return err
	}
	return x.WaitForSetTermination(changes, ssa.WaitOptions{Interval: 100 * time.Millisecond, Timeout: lab.Soon})
}

var _ = Describe("Flux", Ordered, func() {
	const name = "fluxpine"
	var x *flux
	var f folder

	BeforeAll(func(ctx SpecContext) {
		x, f = newFlux(home, name), home.customer(ctx, name)
	})

	It("brings a customer, though it tries everything by a dry run before it applies anything (R8)", func(ctx SpecContext) {
		changes, err := x.reconcile(ctx, f, f)
		Expect(err).NotTo(HaveOccurred())
		Expect(changes.Entries).To(And(HaveLen(len(f)), HaveEach(HaveField("Action", ssa.CreatedAction))))
		home.eventuallyHealthy(ctx, f)
	}, NodeTimeout(5*time.Minute))

	It("finds nothing to do the next time", func(ctx SpecContext) {
		changes, err := x.reconcile(ctx, f, f)
		Expect(err).NotTo(HaveOccurred())
		Expect(changes.Entries).To(HaveEach(HaveField("Action", ssa.UnchangedAction)))
	}, NodeTimeout(5*time.Minute))

	It("has not waited without end for the suspended membership", func(ctx SpecContext) {
		Expect(home.health(ctx, Default, f.the("Membership", name, "rui"))).To(Equal(off))
	})

	It("cannot bring a member and their licence in one commit: the dry run knows only the old licences (E5)", func(ctx SpecContext) {
		grown, next := f.copy(), f.the("Membership", name, "partner").DeepCopy()
		full := f.the("Organization", "", name).DeepCopy()
		license(full, 4) // Ines, Maria, Tom and the partner; Rui is suspended
		shrunk := append(f.without(full), full)
		_, err := x.reconcile(ctx, shrunk, f)
		Expect(err).NotTo(HaveOccurred())

		next.SetName("next")
		Expect(unstructured.SetNestedField(next.Object, "next@"+name+".example", "spec", "user")).To(Succeed())
		grown = append(grown, next)
		_, err = x.reconcile(ctx, grown, shrunk)
		Expect(err).To(MatchError(ContainSubstring("[E5]")))

		_, err = x.reconcile(ctx, f, shrunk) // first the licences,
		Expect(err).NotTo(HaveOccurred())
		_, err = x.reconcile(ctx, grown, f) // then the member
		Expect(err).NotTo(HaveOccurred())
		f = grown
	}, NodeTimeout(5*time.Minute))

	It("removes a member whose membership left the folder", func(ctx SpecContext) {
		gone := f.the("Membership", name, "next")
		_, err := x.reconcile(ctx, f.without(gone), f)
		Expect(err).NotTo(HaveOccurred())
		Expect(home.live(ctx, gone)).To(BeNil())
		f = f.without(gone)
	}, NodeTimeout(5*time.Minute))

	It("does not remove a protected organization with its folder (O7)", func(ctx SpecContext) {
		Expect(x.prune(ctx, folder{f.the("Organization", "", name)})).To(MatchError(ContainSubstring("[O7]")))
	})

	It("removes a customer, once nothing is protected, and leaves nothing", func(ctx SpecContext) {
		open := unprotected(f)
		_, err := x.reconcile(ctx, open, f)
		Expect(err).NotTo(HaveOccurred())
		// The operator deletes an organization's objects too. So Flux may meet an object that is gone, and tries again.
		Eventually(func() error { return x.prune(ctx, open) }).WithContext(ctx).Should(Succeed())
		home.eventuallyForgotten(ctx, name)
	}, NodeTimeout(5*time.Minute))
})

// unprotected is the folder after the commit that comes before its removal.
func unprotected(f folder) folder {
	f = f.copy()
	for _, o := range f {
		unstructured.RemoveNestedField(o.Object, "spec", "deletionProtection")
	}
	return f
}

func license(org *unstructured.Unstructured, n int64) {
	GinkgoHelper()
	Expect(unstructured.SetNestedField(org.Object, n, "spec", "subscription", "licenses")).To(Succeed())
}
