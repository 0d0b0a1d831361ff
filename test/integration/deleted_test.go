// SPDX-License-Identifier: Apache-2.0

//go:build long

package integration

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/lab"
)

// A new journal opens when every view has seen what was stored until then. A quiet kind's watch learns that from the API server's next
// bookmark, after a minute.
var _ = Describe("A journal that is deleted", func() {
	It("stays closed for the drop time after a deletion, and then continues", func(ctx SpecContext) {
		org := organization(ctx, lab.Person("owner"), 9)
		lost := stored(ctx)
		Expect(platform.Delete(ctx, lost)).To(Succeed())
		Expect(stored(ctx).UID).To(Equal(lost.UID), "its finalizer keeps it")
		Expect(platform.Patch(ctx, lost, client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`)))).To(Succeed())

		err := once(ctx, "memberships", lab.NewMembership(org, lab.Person("olga"), v1alpha1.RoleStandard))
		Expect(apierrors.IsServiceUnavailable(err)).To(BeTrue(), "nothing is judged meanwhile: %v", err)
		Eventually(func(g Gomega) {
			j := &corev1.ConfigMap{}
			g.Expect(platform.Get(ctx, client.ObjectKeyFromObject(lost), j)).To(Succeed())
			record, err := journal.Parse(j)
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(j.UID).NotTo(Equal(lost.UID))
			g.Expect(record.UID).To(Equal(j.UID))
		}, 4*dropTime).Should(Succeed())
		Eventually(func() error {
			return once(ctx, "memberships", lab.NewMembership(org, lab.Person("olga"), v1alpha1.RoleStandard))
		}, 90*time.Second).Should(Succeed())
	})
})
