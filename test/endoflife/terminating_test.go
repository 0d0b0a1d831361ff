// SPDX-License-Identifier: Apache-2.0

package endoflife

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

const hold = "example.com/hold"

// held puts somebody else's finalizer on an object, and removes it at the end of the spec.
func held(ctx context.Context, obj client.Object) {
	GinkgoHelper()
	Expect(lab.Change(ctx, l.Platform, obj, func(o client.Object) { o.SetFinalizers(append(o.GetFinalizers(), hold)) })).To(Succeed())
	DeferCleanup(func(ctx context.Context) { letGo(ctx, obj) })
}

func letGo(ctx context.Context, obj client.Object) {
	GinkgoHelper()
	err := l.Platform.Patch(ctx, obj, client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`)))
	Expect(client.IgnoreNotFound(err)).To(Succeed())
}

func deletes(ctx context.Context, org *v1alpha1.Organization) {
	GinkgoHelper()
	Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, org) })).To(Succeed())
}

// releases removes the operator's finalizer by hand, as the cluster's administrator.
func releases(ctx context.Context, org *v1alpha1.Organization) error {
	return lab.Insist(ctx, func() error {
		return l.Platform.Patch(ctx, org.DeepCopy(), client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`)))
	})
}

var _ = Describe("An organization that is being deleted (O7)", func() {
	It("gives every place back at once, even while its end is delayed", func(ctx context.Context) {
		john, alice := lab.Person("john"), lab.Person("alice")
		policy := lab.Create(ctx, l.Platform, &v1alpha1.PlatformPolicy{
			ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName},
			Spec: v1alpha1.PlatformPolicySpec{Limits: &v1alpha1.LimitsPolicy{
				OrganizationsPerUser: new(int32(1)), CreatedOrganizationsPerUser: new(int32(1)), CreatedCRMPlusPerUser: new(int32(1)),
				InternalZohoOnePerUser: new(int32(1)), InvitedCRMPlusPerUser: new(int32(1)),
			}},
		})
		DeferCleanup(func(ctx context.Context) { Expect(l.Platform.Delete(ctx, policy)).To(Succeed()) })
		org := l.Organization(ctx, john, 10)
		l.Member(ctx, org, alice, v1alpha1.RoleStandard)
		desk := lab.Unique("desk")
		lab.Create(ctx, l.Platform, lab.NewBinding(org, "ZohoDesk", desk))
		other := l.Organization(ctx, lab.Person("mary"), 10)
		joins := lab.NewMembership(other, alice, v1alpha1.RoleStandard)
		Expect(l.Platform.Create(ctx, joins.DeepCopy())).To(lab.BeRefusedBy("L1"))
		Expect(l.Platform.Create(ctx, lab.NewOrganization(john, 0))).To(lab.BeRefusedBy("L2"))

		stuck := lab.Create(ctx, l.Platform, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: lab.NamespaceOf(org), Name: "stuck"}})
		held(ctx, stuck)
		deletes(ctx, org)
		lab.Create(ctx, l.Platform, joins) // before the organization is gone
		lab.Create(ctx, l.Platform, lab.NewOrganization(john, 0))

		l.EventuallySays(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonTerminating, hold+" on 1 object")
		l.EventuallySays(ctx, org, v1alpha1.ConditionReconciling, v1alpha1.ReasonTerminating, "Waits until everything in its namespace is gone")
		Expect(org.Status.AccessURL).To(BeEmpty())
		former := l.As(alice)
		Eventually(func() error {
			return former.List(ctx, &v1alpha1.MembershipList{}, client.InNamespace(lab.NamespaceOf(org)))
		}).WithContext(ctx).Should(lab.BeRefusedByRBAC())
		lab.Create(ctx, l.Platform, lab.NewBinding(other, "ZohoDesk", desk))
	})

	It("keeps its finalizer, even from a request by hand, while an object is left that would hold a place again (R8)", func(ctx context.Context) {
		alice := lab.Person("alice")
		org := l.Organization(ctx, lab.Person("john"), 10)
		m := l.Member(ctx, org, alice, v1alpha1.RoleStandard)
		held(ctx, m)
		deletes(ctx, org)
		Expect(releases(ctx, org)).To(lab.BeRefusedBy("O7"))
		l.EventuallySays(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonTerminating, "left: 1 membership")
		Expect(releases(ctx, org)).To(MatchError(ContainSubstring(org.Name + " still has 1 person with a membership")))
		letGo(ctx, m)
		l.EventuallySays(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonTerminating, "Waits until everything in its namespace is gone")
	})

	It("deletes its own objects in a namespace that belongs to somebody else, and leaves the namespace", func(ctx context.Context) {
		alice := lab.Person("alice")
		org := lab.NewOrganization(lab.Person("john"), 10)
		foreign := lab.NewNamespace(org)
		foreign.Labels = nil
		lab.Create(ctx, l.Platform, foreign)
		lab.Create(ctx, l.Platform, org)
		l.EventuallySays(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonNamespaceNotOurs, "")
		m := lab.Create(ctx, l.Platform, lab.NewMembership(org, alice, v1alpha1.RoleStandard))
		i := lab.Create(ctx, l.Platform, lab.NewInvitation(org, lab.Person("bob")))
		deletes(ctx, org)
		l.EventuallyGone(ctx, org)
		l.EventuallyGone(ctx, m)
		l.EventuallyGone(ctx, i)
		Expect(l.Platform.Get(ctx, key(foreign), foreign)).To(Succeed())
		Expect(foreign.DeletionTimestamp).To(BeNil())
		Expect(foreign.Labels).NotTo(HaveKey(v1alpha1.OrganizationLabel))
		Eventually(func() *v1alpha1.User { return l.User(ctx, alice) }).WithContext(ctx).Should(BeNil())
	})

	It("without its finalizer leaves a namespace that ends by itself, and a later organization of the name waits for that", func(ctx context.Context) {
		john := lab.Person("john")
		org := l.Organization(ctx, john, 0)
		stuck := lab.Create(ctx, l.Platform, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: lab.NamespaceOf(org), Name: "stuck"}})
		held(ctx, stuck)
		deletes(ctx, org)
		l.EventuallySays(ctx, org, v1alpha1.ConditionReady, v1alpha1.ReasonTerminating, "Waits until everything in its namespace is gone")
		Expect(releases(ctx, org)).To(Succeed())
		l.EventuallyGone(ctx, org)

		later := lab.NewOrganization(john, 0)
		later.Name, later.Spec.AccessURL = org.Name, &v1alpha1.AccessURL{Name: lab.Unique("shop")}
		lab.Create(ctx, l.Platform, later)
		l.EventuallySays(ctx, later, v1alpha1.ConditionReady, v1alpha1.ReasonNamespaceTerminating, "former namespace")
		letGo(ctx, stuck)
		l.EventuallyReady(ctx, later)
		ns := lab.NewNamespace(later)
		Expect(l.Platform.Get(ctx, key(ns), ns)).To(Succeed())
		Expect(ns.Labels).To(HaveKeyWithValue(v1alpha1.OrganizationUIDLabel, fmt.Sprint(later.UID)))
	})
})
