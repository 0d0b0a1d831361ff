// SPDX-License-Identifier: Apache-2.0

//go:build long

package faults

import (
	"context"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/sandbox"
	"github.com/polyorg/polyorg/test/lab"
)

// runOperator runs two replicas of the operator as it is shipped, with controllers.
func runOperator(ctx context.Context) *sandbox.Sandbox {
	GinkgoHelper()
	shipped, err := config.Load(filepath.Join(root, "config", "manager", "config.yaml"))
	Expect(err).NotTo(HaveOccurred())
	operator, err := sandbox.Start(ctx, sandbox.Options{
		Dir: GinkgoT().TempDir(), Kubeconfig: control.Kubeconfig(), Kubectl: control.Kubectl(), Manager: lab.Manager(ctx),
		Manifests: filepath.Join(root, "config", "sandbox"), Config: *shipped, Out: GinkgoWriter,
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(operator.Stop()).To(Succeed()) })
	return operator
}

var _ = Describe("A leader that lost its lease", func() {
	It("ends; another leader grants everything that was admitted meanwhile, exactly", func(ctx SpecContext) {
		inNewCluster(ctx, false)
		operator := runOperator(ctx)
		makePool(ctx)
		r := newRush(ctx)
		lease := &coordinationv1.Lease{}
		Expect(platform.Get(ctx, client.ObjectKey{Namespace: systemNS, Name: "polyorg-operator"}, lease)).To(Succeed())
		stolen := lease.DeepCopy()
		stolen.Spec.HolderIdentity, stolen.Spec.RenewTime = ptr.To("thief"), &metav1.MicroTime{Time: time.Now()}
		Expect(platform.Patch(ctx, stolen, client.MergeFrom(lease))).To(Succeed())
		r.run(ctx)
		lost := operator.Wait(ctx)
		Expect(lost).To(BeNumerically(">=", 0), "the leader ends by itself")
		Expect(operator.Restart(ctx, lost)).To(Succeed())
		Eventually(ctx, func(g Gomega) {
			for _, m := range placesOf(ctx, r.user) {
				g.Expect(apimeta.IsStatusConditionTrue(m.Status.Conditions, v1alpha1.ConditionReady)).To(BeTrue(), m.Namespace)
			}
		}).WithTimeout(2 * soon).Should(Succeed())
		r.isExact(ctx)
	}, NodeTimeout(soon*8))
})
