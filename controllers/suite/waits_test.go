// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// hold is somebody else's finalizer.
const hold = "example.com/hold"

// release removes it, as its owner does in the end.
func release(ctx context.Context, obj client.Object) {
	GinkgoHelper()
	none := client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`))
	Expect(client.IgnoreNotFound(kube.Patch(ctx, obj, none))).To(Succeed())
}

// held makes an object that stays until it is released.
func held[O client.Object](ctx context.Context, obj O) O {
	GinkgoHelper()
	obj.SetFinalizers([]string{hold})
	create(ctx, obj)
	DeferCleanup(func(ctx context.Context) { release(ctx, obj) })
	return obj
}

// says waits until an object's Ready has such a message.
func says[O client.Object](ctx context.Context, obj O, message string) O {
	GinkgoHelper()
	return eventually(ctx, obj, func(g Gomega, o O) {
		g.Expect(condition(o, v1alpha1.ConditionReady).Message).To(ContainSubstring(message))
	})
}

var _ = Describe("An object that waits goes on as soon as it can:", func() {
	It("the end of an organization, for answers to its invitations (O7)", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: facts.OrganizationOf(i.Namespace)}}
		a := becomes(ctx, held(ctx, answer(i, v1alpha1.DecisionDecline)), v1alpha1.ReasonDeclined)
		Expect(kube.Delete(ctx, org)).To(Succeed())
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionReady).Message).To(HaveSuffix("left: 1 answer"))
		})
		looksAgain(ctx, org, time.Minute) // should no watch tell
		release(ctx, a)
		goes(ctx, org)
	})

	It("an organization, for its former namespace to go", func(ctx context.Context) {
		name := lab.Unique("zylker")
		ns := labelled(ctx, name)
		stuck := held(ctx, &corev1.ConfigMap{ObjectMeta: lab.Inside(name, "stuck")})
		Expect(kube.Delete(ctx, ns)).To(Succeed())
		org := becomes(ctx, create(ctx, organization(name, lab.Person("john"))), v1alpha1.ReasonNamespaceTerminating)
		release(ctx, stuck)
		becomes(ctx, org, v1alpha1.ReasonActive)
	})

	It("an organization, for a namespace to become its own", func(ctx context.Context) {
		name := lab.Unique("zylker")
		ns := create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.NamespacePrefix + name}})
		org := becomes(ctx, create(ctx, organization(name, lab.Person("john"))), v1alpha1.ReasonNamespaceNotOurs)
		change(ctx, ns, func(ns *corev1.Namespace) { ns.Labels[v1alpha1.OrganizationLabel] = name })
		becomes(ctx, org, v1alpha1.ReasonActive)
	})

	It("an organization, for its super admin's former membership to go (R3)", func(ctx context.Context) {
		name, john := lab.Unique("zylker"), lab.Person("john")
		labelled(ctx, name)
		former := membership(name, john)
		former.Spec.Role = v1alpha1.RoleAdministrator
		held(ctx, former)
		Expect(kube.Delete(ctx, former)).To(Succeed())
		org := says(ctx, create(ctx, organization(name, john)), "Waits for the super admin's membership")
		release(ctx, former)
		becomes(ctx, org, v1alpha1.ReasonActive)
	})

	DescribeTable("an organization, for a host that another gives up without a reservation (A2)", func(ctx context.Context, giveUp func(context.Context, *v1alpha1.Organization)) {
		setPolicy(ctx, v1alpha1.PlatformPolicySpec{Hosts: &v1alpha1.HostPolicy{ReservationDays: ptr.To[int32](0)}})
		has := settled(ctx, lab.Unique("first"), lab.Person("mary"))
		late := organization(lab.Unique("late"), lab.Person("paul"))
		late.Spec.AccessURL = &v1alpha1.AccessURL{Name: has.Name}
		becomes(ctx, create(ctx, late), v1alpha1.ReasonHostNotFree)
		giveUp(ctx, has)
		becomes(ctx, late, v1alpha1.ReasonActive)
	},
		Entry("because it ends", func(ctx context.Context, has *v1alpha1.Organization) {
			Expect(kube.Delete(ctx, has)).To(Succeed())
		}),
		Entry("because it moves", func(ctx context.Context, has *v1alpha1.Organization) {
			change(ctx, has, func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: lab.Unique("moved")} })
		}),
	)

	It("an answer, for the invitee's former membership to go (L6)", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		former := held(ctx, membership(facts.OrganizationOf(i.Namespace), i.Spec.Email))
		Expect(kube.Delete(ctx, former)).To(Succeed())
		a := says(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)), "Waits until the invitee's former membership is gone")
		release(ctx, former)
		becomes(ctx, a, v1alpha1.ReasonAccepted)
	})

	It("an answer, for an invitation that goes before it was given its place", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		i := becomes(ctx, held(ctx, invitation(org.Name, lab.Person("bob"))), v1alpha1.ReasonPending)
		Expect(kube.Delete(ctx, i)).To(Succeed())
		Eventually(func() error { // as of one that was deleted at once
			read(ctx, i).Status.Conditions = nil
			return kube.Status().Update(ctx, i)
		}).Should(Succeed())
		a := says(ctx, create(ctx, answer(i, v1alpha1.DecisionAccept)), "Waits for the invitation to be set up")
		release(ctx, i)
		becomes(ctx, a, v1alpha1.ReasonInvitationNotFound)
	})

	It("a person, for their former User to go", func(ctx context.Context) {
		i := invited(ctx, lab.Person("bob"))
		u := &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: identity.ObjectName(i.Spec.Email)}}
		becomes(ctx, u, v1alpha1.ReasonUpToDate)
		first := change(ctx, u, func(u *v1alpha1.User) { u.Finalizers = []string{hold} }).UID
		change(ctx, i, func(i *v1alpha1.Invitation) { i.Spec.Revoked = true })
		eventually(ctx, u, func(g Gomega, u *v1alpha1.User) { g.Expect(u.DeletionTimestamp).NotTo(BeNil()) })
		again := invitation(facts.OrganizationOf(i.Namespace), i.Spec.Email)
		again.Name = "again"
		becomes(ctx, create(ctx, again), v1alpha1.ReasonPending)
		release(ctx, u)
		eventually(ctx, u, func(g Gomega, u *v1alpha1.User) {
			g.Expect(u.UID).NotTo(Equal(first))
			g.Expect(u.Status.Invitations).To(ConsistOf(HaveField("Name", "again")))
		})
	})

	It("leftovers of an organization whose end was cut short, for another organization (R8)", func(ctx context.Context) {
		name, alice := lab.Unique("zylker"), lab.Person("alice")
		org := settled(ctx, name, lab.Person("john"))
		m := becomes(ctx, create(ctx, membership(name, alice)), v1alpha1.ReasonActive)
		u := &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: identity.ObjectName(alice)}}
		active := func(want bool) {
			eventually(ctx, u, func(g Gomega, u *v1alpha1.User) {
				g.Expect(u.Status.Organizations).To(ConsistOf(And(HaveField("Name", name), HaveField("Active", want))))
			})
		}
		active(true)
		access := &rbacv1.RoleBinding{ObjectMeta: lab.Inside(name, "polyorg-organization-member-0")}
		webhook := refuse(ctx, m.Namespace, admissionregistrationv1.Delete, rbacv1.GroupName, "rolebindings", func() error {
			return kube.Delete(ctx, access, client.DryRunAll)
		})
		Expect(kube.Delete(ctx, org)).To(Succeed())
		Eventually(webhook.asked.Load).WithContext(ctx).Should(BeNumerically(">", 0))
		release(ctx, org)
		goes(ctx, org)
		becomes(ctx, m, v1alpha1.ReasonOrganizationNotFound)
		active(false)
		webhook.over.Store(true)
	})
})
