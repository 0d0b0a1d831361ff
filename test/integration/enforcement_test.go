// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/platformpolicy"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("Enforcement that is off", func() {
	It("is reported by the policy and a metric, until it is on again", func(ctx SpecContext) {
		policy := &v1alpha1.PlatformPolicy{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName}}
		lab.Create(ctx, platform, policy)
		DeferCleanup(func(ctx context.Context) { Expect(platform.Delete(ctx, policy)).To(Succeed()) })
		lookOften()
		told := func(status metav1.ConditionStatus, reason, message string) {
			GinkgoHelper()
			Eventually(func(g Gomega) {
				g.Expect(platform.Get(ctx, client.ObjectKeyFromObject(policy), policy)).To(Succeed())
				g.Expect(lab.Condition(policy, v1alpha1.ConditionEnforced)).To(HaveValue(And(
					HaveField("Status", status), HaveField("Reason", reason), HaveField("Message", ContainSubstring(message)))))
				g.Expect(metric("polyorg_enforced", nil)).To(BeEquivalentTo(map[metav1.ConditionStatus]int{metav1.ConditionTrue: 1}[status]))
			}).WithContext(ctx).Should(Succeed())
		}
		told(metav1.ConditionTrue, v1alpha1.ReasonRefused, "")

		By("removing the webhook")
		shipped := &admissionregistrationv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "polyorg-validating"}}
		Expect(platform.Get(ctx, client.ObjectKeyFromObject(shipped), shipped)).To(Succeed())
		again := shipped.DeepCopy()
		Expect(platform.Delete(ctx, shipped)).To(Succeed())
		told(metav1.ConditionFalse, v1alpha1.ReasonAdmitted, "ValidatingWebhookConfiguration polyorg-validating is missing")

		By("putting it back with failurePolicy Ignore")
		again.ResourceVersion = ""
		again.Webhooks[0].FailurePolicy = ptr.To(admissionregistrationv1.Ignore)
		Expect(platform.Create(ctx, again)).To(Succeed())
		told(metav1.ConditionFalse, v1alpha1.ReasonWebhooksAltered, "webhook validate.polyorg.io has failurePolicy Ignore")

		By("mending that")
		again.Webhooks[0].FailurePolicy = ptr.To(admissionregistrationv1.Fail)
		Expect(platform.Update(ctx, again)).To(Succeed())
		told(metav1.ConditionTrue, v1alpha1.ReasonRefused, "")
		Expect(policy.Status.Conditions).To(ContainElement(And(
			HaveField("Type", v1alpha1.ConditionReady), HaveField("Status", metav1.ConditionTrue))))
	})
})

// lookOften runs the controller of the policy until the end of the spec.
func lookOften() {
	GinkgoHelper()
	mgr, err := ctrl.NewManager(control.Config(), ctrl.Options{Scheme: lab.Scheme, Metrics: metricsserver.Options{BindAddress: "0"}})
	Expect(err).NotTo(HaveOccurred())
	enforcement := platformpolicy.NewEnforcement(mgr.GetClient(), mgr.GetAPIReader(), 100*time.Millisecond)
	r := &platformpolicy.Reconciler{Client: mgr.GetClient(), Own: mgr.GetClient(), Clock: clock.RealClock{}, Events: mgr.GetEventRecorder("test"), Enforcement: enforcement}
	Expect(r.SetupWithManager(mgr)).To(Succeed())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	DeferCleanup(func() { cancel(); Expect(<-ended).To(Succeed()) })
}
