// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/test/lab"
)

// chosen is the operator's current access.ownOrganization.
var chosen = config.OwnOrganizationBound

// choose restarts the operator with another one, unless it has that already.
func choose(ctx context.Context, own config.OwnOrganization) {
	GinkgoHelper()
	if own == chosen {
		return
	}
	chosen = own
	Expect(l.Operator.Reconfigure(ctx, func(c *config.OperatorConfig) { c.Access.OwnOrganization = own })).To(Succeed())
}

// founded makes an organization whose super admin need not reach it, and waits until it is in service.
func founded(ctx context.Context, founder string) *v1alpha1.Organization {
	GinkgoHelper()
	org := lab.NewOrganization(founder, 10)
	lab.Create(ctx, l.Platform, org)
	l.EventuallyReady(ctx, org)
	return org
}

// boundToldBy is the number of organizations with a ClusterRoleBinding in the replicas' metrics. Only the leader counts any.
func boundToldBy(ctx context.Context) (sum float64) {
	GinkgoHelper()
	for i := range l.Operator.Replicas() {
		families, err := l.Operator.Metrics(ctx, i)
		Expect(err).NotTo(HaveOccurred())
		for _, m := range families["polyorg_organizations_bound"].GetMetric() {
			sum += m.GetGauge().GetValue()
		}
	}
	return sum
}

// clusterWide are the names of all cluster-scoped objects that the operator made for its organizations.
func clusterWide(ctx context.Context) (names []string) {
	GinkgoHelper()
	var roles rbacv1.ClusterRoleList
	Expect(l.Platform.List(ctx, &roles, client.HasLabels{v1alpha1.OrganizationLabel})).To(Succeed())
	for _, r := range roles.Items {
		names = append(names, "ClusterRole "+r.Name)
	}
	var bindings rbacv1.ClusterRoleBindingList
	Expect(l.Platform.List(ctx, &bindings, client.HasLabels{v1alpha1.OrganizationLabel})).To(Succeed())
	for _, b := range bindings.Items {
		names = append(names, "ClusterRoleBinding "+b.Name)
	}
	return names
}

var _ = Describe("access.ownOrganization (R9)", func() {
	It("can be changed both ways while there are organizations", func(ctx context.Context) {
		before, during := lab.Person("before"), lab.Person("during")
		old := &scene{org: l.Organization(ctx, before, 10)}
		john, mary := l.As(before), l.As(during)
		Eventually(func() error { return readsTheOrganization(ctx, john, old) }).WithContext(ctx).Should(Succeed())
		Expect(clusterWide(ctx)).NotTo(BeEmpty())

		By("None removing the objects at cluster scope, and nothing else")
		DeferCleanup(choose, config.OwnOrganizationBound)
		choose(ctx, config.OwnOrganizationNone)
		Eventually(func() []string { return clusterWide(ctx) }).WithContext(ctx).Should(BeEmpty())
		Eventually(func() error { return readsTheOrganization(ctx, john, old) }).WithContext(ctx).Should(lab.BeRefusedByRBAC())
		Expect(changesTheOrganization(ctx, john, old)).To(lab.BeRefusedByRBAC())
		Expect(listsTheMembers(ctx, john, old)).To(Succeed())

		By("None making no such object for a new organization, nor for one that ends")
		made, ends := &scene{org: founded(ctx, during)}, founded(ctx, lab.Person("ends"))
		Eventually(func() error { return listsTheMembers(ctx, mary, made) }).WithContext(ctx).Should(Succeed())
		Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, ends) })).To(Succeed())
		Eventually(func() error { return l.Platform.Get(ctx, client.ObjectKeyFromObject(ends), ends) }).WithContext(ctx).
			Should(Satisfy(apierrors.IsNotFound))
		Expect(clusterWide(ctx)).To(BeEmpty())
		Expect(boundToldBy(ctx)).To(BeZero())

		By("Bound giving all administrators access to their Organization again")
		choose(ctx, config.OwnOrganizationBound)
		Eventually(func() error { return changesTheOrganization(ctx, john, old) }).WithContext(ctx).Should(Succeed())
		Eventually(func() error { return changesTheOrganization(ctx, mary, made) }).WithContext(ctx).Should(Succeed())
		Eventually(func() float64 { return boundToldBy(ctx) }).WithContext(ctx).Should(BeNumerically(">=", 2))
	}, NodeTimeout(4*time.Minute))
})
