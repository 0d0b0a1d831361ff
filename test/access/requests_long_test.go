// SPDX-License-Identifier: Apache-2.0

//go:build long

package access

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// forbidNotes refuses every note that a request is done, as `done` is by then. The returned function ends that.
func forbidNotes(ctx context.Context, done *v1alpha1.OrganizationRequest) (allow func()) {
	GinkgoHelper()
	policy := &admissionregistrationv1.ValidatingAdmissionPolicy{ObjectMeta: named("test-no-notes"), Spec: admissionregistrationv1.ValidatingAdmissionPolicySpec{
		MatchConstraints: &admissionregistrationv1.MatchResources{ResourceRules: []admissionregistrationv1.NamedRuleWithOperations{{
			RuleWithOperations: admissionregistrationv1.RuleWithOperations{
				Operations: []admissionregistrationv1.OperationType{admissionregistrationv1.Update},
				Rule:       admissionregistrationv1.Rule{APIGroups: []string{v1alpha1.GroupName}, APIVersions: []string{"*"}, Resources: []string{"organizationrequests/status"}},
			},
		}}},
		Validations: []admissionregistrationv1.Validation{{Expression: "!has(object.status.completedAt)"}},
	}}
	binding := &admissionregistrationv1.ValidatingAdmissionPolicyBinding{ObjectMeta: named("test-no-notes"), Spec: admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec{
		PolicyName: policy.Name, ValidationActions: []admissionregistrationv1.ValidationAction{admissionregistrationv1.Deny},
	}}
	lab.Create(ctx, l.Platform, policy)
	lab.Create(ctx, l.Platform, binding)
	allow = func() {
		Expect(client.IgnoreNotFound(l.Platform.Delete(context.WithoutCancel(ctx), binding))).To(Succeed())
		Expect(client.IgnoreNotFound(l.Platform.Delete(context.WithoutCancel(ctx), policy))).To(Succeed())
	}
	DeferCleanup(allow)
	note := client.RawPatch(types.MergePatchType, []byte(`{"status":{"completedAt":"2026-01-01T00:00:00Z"}}`))
	Eventually(func() error { return l.Platform.Status().Patch(ctx, done.DeepCopy(), note, client.DryRunAll) }).WithContext(ctx).ShouldNot(Succeed())
	return allow
}

// killLeader ends the replica that leads, as a crash does.
func killLeader(ctx context.Context) {
	GinkgoHelper()
	for replica := range l.Operator.Replicas() {
		leads, err := l.Operator.Leads(ctx, replica)
		Expect(err).NotTo(HaveOccurred())
		if leads {
			Expect(l.Operator.Kill(replica)).To(Succeed())
			DeferCleanup(func(ctx context.Context) { Expect(l.Operator.Restart(ctx, replica)).To(Succeed()) })
			return
		}
	}
	Fail("no replica leads")
}

var _ = Describe("A request whose leader's process is killed", func() {
	It("is not carried out again by the next leader (R9)", func(ctx context.Context) {
		alice := lab.Person("alice")
		as, org := l.As(alice, customers), l.Organization(ctx, alice, 10)
		chooses := wish(v1alpha1.RequestChooseDefault, org.Name, "")
		Expect(ask(ctx, as, chooses)).To(Succeed())
		eventuallyTold(ctx, as, chooses, v1alpha1.ReasonChosen)
		allow := forbidNotes(ctx, chooses)

		r := wish(v1alpha1.RequestChange, org.Name, `{"displayName": "Asked for"}`)
		Expect(ask(ctx, as, r)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
			g.Expect(org.Spec.DisplayName).To(Equal("Asked for"))
		}).WithContext(ctx).Should(Succeed())
		killLeader(ctx)
		Expect(lab.Change(ctx, l.Platform, org, func(o *v1alpha1.Organization) { o.Spec.DisplayName = "Later" })).To(Succeed())
		allow()
		eventuallyTold(ctx, as, r, v1alpha1.ReasonChanged)
		Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(org), org)).To(Succeed())
		Expect(org.Spec.DisplayName).To(Equal("Later"))
	}, NodeTimeout(5*time.Minute))
})
