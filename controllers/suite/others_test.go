// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/hostreservation"
	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("A binding", func() {
	It("waits for its credentials, and keeps the moment at which it was bound", func(ctx context.Context) {
		name := lab.Unique("zylker")
		settled(ctx, name, lab.Person("john"))
		b := create(ctx, &v1alpha1.IntegrationBinding{
			ObjectMeta: lab.Inside(name, "desk"),
			Spec: v1alpha1.IntegrationBindingSpec{
				Application: "ZohoDesk", Account: lab.Unique("desk"), InitiatedFrom: v1alpha1.InitiatedFromCRM,
				CredentialsSecretRef: &v1alpha1.LocalSecretReference{Name: "oauth"},
			},
		})
		becomes(ctx, b, v1alpha1.ReasonCredentialsNotFound)
		Expect(b.Status.BoundAt).To(BeNil())

		secret := create(ctx, &corev1.Secret{ObjectMeta: lab.Inside(name, "oauth")})
		becomes(ctx, b, v1alpha1.ReasonBound)
		bound := b.Status.BoundAt.DeepCopy()
		Expect(bound).NotTo(BeNil())

		at(clock.Now().Add(time.Hour))
		Expect(kube.Delete(ctx, secret)).To(Succeed())
		becomes(ctx, b, v1alpha1.ReasonCredentialsNotFound)
		create(ctx, &corev1.Secret{ObjectMeta: lab.Inside(name, "oauth")})
		Expect(becomes(ctx, b, v1alpha1.ReasonBound).Status.BoundAt).To(Equal(bound))
	})

	It("of an application that the catalogue does not have waits until it has (G3)", func(ctx context.Context) {
		name, application := lab.Unique("zylker"), "Telephone"
		settled(ctx, name, lab.Person("john"))
		b := create(ctx, &v1alpha1.IntegrationBinding{
			ObjectMeta: lab.Inside(name, "telephone"),
			Spec:       v1alpha1.IntegrationBindingSpec{Application: application, Account: lab.Unique("line"), InitiatedFrom: v1alpha1.InitiatedFromCRM},
		})
		becomes(ctx, b, v1alpha1.ReasonApplicationUnknown)
		Expect(condition(b, v1alpha1.ConditionStalled).Message).To(ContainSubstring(application + " is not in the integration catalogue"))
		setPolicy(ctx, v1alpha1.PlatformPolicySpec{Integrations: []v1alpha1.IntegrationRow{{
			Application: application, OrganizationsPerAccount: 1, AccountsPerOrganization: 1,
			InitiatedFrom: []v1alpha1.InitiatedFrom{v1alpha1.InitiatedFromCRM},
		}}})
		becomes(ctx, b, v1alpha1.ReasonBound)
	})

	It("waits for its organization (R8)", func(ctx context.Context) {
		name := lab.Unique("zylker")
		create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
			Name: "org-" + name, Labels: map[string]string{v1alpha1.OrganizationLabel: name},
		}})
		b := create(ctx, &v1alpha1.IntegrationBinding{
			ObjectMeta: lab.Inside(name, "desk"),
			Spec:       v1alpha1.IntegrationBindingSpec{Application: "ZohoDesk", Account: lab.Unique("desk"), InitiatedFrom: v1alpha1.InitiatedFromCRM},
		})
		becomes(ctx, b, v1alpha1.ReasonOrganizationNotFound)
		create(ctx, organization(name, lab.Person("john")))
		becomes(ctx, b, v1alpha1.ReasonBound)
	})
})

var _ = Describe("A reservation", func() {
	It("stands until it expires, and not a moment longer (A6)", func(ctx context.Context) {
		end := metav1.NewTime(clock.Now().Add(time.Hour).Truncate(time.Second))
		h := reservationOf(lab.Unique("former"))
		h.Spec.ExpiresAt = &end
		becomes(ctx, create(ctx, h), v1alpha1.ReasonReserved)

		r := &hostreservation.Reconciler{Client: mgr.GetClient(), Own: mgr.GetClient(), Clock: clock, Events: mgr.GetEventRecorder("test")}
		at(end.Add(-time.Minute))
		Eventually(func() (ctrl.Result, error) {
			return r.Reconcile(ctx, ctrl.Request{NamespacedName: key(h)})
		}).Should(Equal(ctrl.Result{RequeueAfter: time.Minute}))
		clock.SetTime(end.Time)
		touch(ctx, h)
		goes(ctx, h)
	})

	It("without an end stands for good", func(ctx context.Context) {
		h := becomes(ctx, create(ctx, reservationOf(lab.Unique("never"))), v1alpha1.ReasonReserved)
		at(clock.Now().AddDate(100, 0, 0))
		touch(ctx, h)
		Expect(becomes(ctx, h, v1alpha1.ReasonReserved).DeletionTimestamp).To(BeNil())
	})
})

var _ = Describe("A policy", func() {
	It("is in force, and changes what a trial is worth", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		seats := int32(7)
		setPolicy(ctx, v1alpha1.PlatformPolicySpec{Trial: &v1alpha1.TrialPolicy{Licenses: &seats}})
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.Seats.Purchased).To(Equal(seats))
		})
	})

	It("that widens a built-in row says so (G3)", func(ctx context.Context) {
		policy := create(ctx, &v1alpha1.PlatformPolicy{
			ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName},
			Spec: v1alpha1.PlatformPolicySpec{Integrations: []v1alpha1.IntegrationRow{{
				Application: "ZohoDesk", InitiatedFrom: []v1alpha1.InitiatedFrom{v1alpha1.InitiatedFromCRM},
			}}},
		})
		DeferCleanup(func(ctx context.Context) { Expect(kube.Delete(ctx, policy)).To(Succeed()); goes(ctx, policy) })
		becomes(ctx, policy, v1alpha1.ReasonWidensCatalogue)
	})
})
