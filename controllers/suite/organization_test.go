// SPDX-License-Identifier: Apache-2.0

package suite

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gstruct"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/controllers/internal/grant"
	reconcilers "github.com/polyorg/polyorg/controllers/organization"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// as acts with the rights of a person.
func as(email string) client.Client {
	GinkgoHelper()
	c, err := client.New(plane.ConfigFor(prefix+email, "system:authenticated"), client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	return c
}

func ingressOf(org *v1alpha1.Organization) *networkingv1.Ingress {
	return &networkingv1.Ingress{ObjectMeta: lab.Inside(org.Name, "polyorg-access")}
}

// backendOf is the Service that the operator's configuration names as back end.
func backendOf(org *v1alpha1.Organization) *corev1.Service {
	return &corev1.Service{ObjectMeta: lab.Inside(org.Name, "crm"), Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}}
}

func namespaceOf(org *v1alpha1.Organization) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.NamespacePrefix + org.Name}}
}

// roleBinding is somebody else's in an organization's namespace; without people it names a service account.
func roleBinding(organization, name, role string, people ...string) *rbacv1.RoleBinding {
	b := &rbacv1.RoleBinding{ObjectMeta: lab.Inside(organization, name), RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role}}
	for _, who := range people {
		b.Subjects = append(b.Subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: who})
	}
	if len(people) == 0 {
		b.Subjects = []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: b.Namespace, Name: "robot"}}
	}
	return b
}

func reservationOf(name string) *v1alpha1.HostReservation {
	return &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: name + "." + baseDomain}}
}

var _ = Describe("An organization", func() {
	It("gets a namespace, a first member, a host, and says so", func(ctx context.Context) {
		name, john := lab.Unique("zylker"), lab.Person("john")
		org := settled(ctx, name, john)

		Expect(read(ctx, namespaceOf(org)).Labels).To(HaveKeyWithValue(v1alpha1.OrganizationLabel, name))
		m := read(ctx, membership(name, john))
		Expect(m.Spec.Origin).To(Equal(v1alpha1.OriginCreated))
		Expect(m.Spec.Role).To(Equal(v1alpha1.RoleAdministrator))
		Expect(m.Status.Role).To(Equal(v1alpha1.RoleSuperAdmin))

		ingress := read(ctx, ingressOf(org))
		Expect(ingress.Spec.IngressClassName).To(HaveValue(Equal("traefik")))
		Expect(ingress.Spec.Rules).To(HaveLen(1))
		Expect(ingress.Spec.Rules[0].Host).To(Equal(name + "." + baseDomain))
		Expect(ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Name).To(Equal("crm"))

		org = eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) { g.Expect(o.Status.Seats.Summary).To(Equal("1/3")) })
		Expect(org.Status).To(gstruct.MatchFields(gstruct.IgnoreExtras, gstruct.Fields{
			"Namespace":          Equal("org-" + name),
			"Edition":            Equal(v1alpha1.EditionEnterprise),
			"EditionText":        Equal("Enterprise (trial)"),
			"AccessURL":          Equal("https://" + name + "." + baseDomain),
			"Hosts":              ConsistOf(name + "." + baseDomain),
			"InvitationDelivery": Equal(v1alpha1.InvitationDeliveryListed),
			"ObservedGeneration": Equal(org.Generation),
		}))
		Expect(org.Status.Trial.EndsAt.Time).To(BeTemporally("==", org.CreationTimestamp.Add(15*day)))
		Expect(condition(org, v1alpha1.ConditionSubscribed).Reason).To(Equal(v1alpha1.ReasonOnTrial))
		Expect(condition(org, v1alpha1.ConditionSampleDataLoaded)).To(BeZero())
	})

	It("names a missing back end, and says that it is served when an ingress controller says so (A5)", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		served := func(status metav1.ConditionStatus, reason, message string) {
			GinkgoHelper()
			eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
				g.Expect(condition(o, v1alpha1.ConditionAccessURLReady)).To(And(
					HaveField("Status", status), HaveField("Reason", reason), HaveField("Message", ContainSubstring(message))))
			})
		}
		served(metav1.ConditionFalse, v1alpha1.ReasonBackendNotFound, "Service crm in org-"+org.Name)
		Expect(condition(org, v1alpha1.ConditionReady).Reason).To(Equal(v1alpha1.ReasonActive), "its members can use it")
		backend := create(ctx, backendOf(org))
		served(metav1.ConditionTrue, v1alpha1.ReasonRouted, "no ingress controller")
		ingress := read(ctx, ingressOf(org))
		ingress.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: "203.0.113.1"}}
		Expect(kube.Status().Update(ctx, ingress)).To(Succeed())
		served(metav1.ConditionTrue, v1alpha1.ReasonServing, "serves them")
		Expect(kube.Delete(ctx, backend)).To(Succeed())
		served(metav1.ConditionFalse, v1alpha1.ReasonBackendNotFound, "")
	})

	It("costs no write once it is settled", func(ctx context.Context) {
		org := settled(ctx, lab.Unique("zylker"), lab.Person("john"))
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) { g.Expect(o.Status.Seats.Summary).To(Equal("1/3")) })
		names := []client.ObjectList{&rbacv1.RoleBindingList{}, &networkingv1.IngressList{}, &v1alpha1.MembershipList{}}
		versions := func() []string {
			all := []string{read(ctx, org).ResourceVersion, read(ctx, namespaceOf(org)).ResourceVersion}
			for _, list := range names {
				Expect(kube.List(ctx, list, client.InNamespace("org-"+org.Name))).To(Succeed())
				Expect(eachVersion(list, &all)).To(Succeed())
			}
			return all
		}
		before := versions()
		r := &reconcilers.Reconciler{Client: mgr.GetClient(), Own: mgr.GetClient(), Live: mgr.GetAPIReader(), Clock: clock, Events: mgr.GetEventRecorder("test"), Config: conf, Routes: keeper()}
		_, err := r.Reconcile(ctx, ctrl.Request{NamespacedName: key(org)})
		Expect(err).NotTo(HaveOccurred())
		Expect(versions()).To(Equal(before))
	})

	It("gives its members access by their roles, and nobody else (R7)", func(ctx context.Context) {
		name, john, alice, eve := lab.Unique("zylker"), lab.Person("john"), lab.Person("alice"), lab.Person("eve")
		org := settled(ctx, name, john)
		becomes(ctx, create(ctx, membership(name, alice)), v1alpha1.ReasonActive)

		Eventually(func() error {
			return as(alice).List(ctx, &v1alpha1.MembershipList{}, client.InNamespace("org-"+name))
		}).Should(Succeed())
		Expect(as(john).List(ctx, &v1alpha1.InvitationList{}, client.InNamespace("org-"+name))).To(Succeed())
		Expect(as(john).Get(ctx, key(org), &v1alpha1.Organization{})).To(Succeed())
		Expect(as(alice).List(ctx, &v1alpha1.InvitationList{}, client.InNamespace("org-"+name))).To(MatchError(apierrors.IsForbidden, "IsForbidden"))
		Expect(as(alice).Get(ctx, key(org), &v1alpha1.Organization{})).To(MatchError(apierrors.IsForbidden, "IsForbidden"))
		Expect(as(eve).List(ctx, &v1alpha1.MembershipList{}, client.InNamespace("org-"+name))).To(MatchError(apierrors.IsForbidden, "IsForbidden"))

		change(ctx, membership(name, alice), func(m *v1alpha1.Membership) { m.Spec.Suspended = true })
		becomes(ctx, membership(name, alice), v1alpha1.ReasonSuspended)
		Eventually(func() error {
			return as(alice).List(ctx, &v1alpha1.MembershipList{}, client.InNamespace("org-"+name))
		}).Should(MatchError(apierrors.IsForbidden, "IsForbidden"))
		goes(ctx, &rbacv1.RoleBinding{ObjectMeta: lab.Inside(name, "polyorg-organization-member-0")})
	})

	It("adopts the super admin's membership that came from Git", func(ctx context.Context) {
		name, john := lab.Unique("zylker"), lab.Person("john")
		labels := map[string]string{v1alpha1.OrganizationLabel: name}
		create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-" + name, Labels: labels}})
		m := membership(name, john)
		m.Name, m.Spec.Role = "from-git", v1alpha1.RoleAdministrator
		becomes(ctx, create(ctx, m), v1alpha1.ReasonOrganizationNotFound)

		org := becomes(ctx, create(ctx, organization(name, john)), v1alpha1.ReasonActive)
		Expect(read(ctx, namespaceOf(org)).Labels).To(HaveKeyWithValue(v1alpha1.OrganizationUIDLabel, string(org.UID)))
		Expect(becomes(ctx, m, v1alpha1.ReasonActive).Status.Role).To(Equal(v1alpha1.RoleSuperAdmin))
		var all v1alpha1.MembershipList
		Expect(kube.List(ctx, &all, client.InNamespace("org-"+name))).To(Succeed())
		Expect(all.Items).To(HaveLen(1))
	})

	It("reports other access to the namespace that it adopts, without people's names (R7, U3)", func(ctx context.Context) {
		name := lab.Unique("zylker")
		labels := map[string]string{v1alpha1.OrganizationLabel: name}
		create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-" + name, Labels: labels}})
		before := create(ctx, roleBinding(name, "before", "edit", "owner@betaholding.example"))
		create(ctx, roleBinding(name, "robots", "edit"))
		robot := roleBinding(name, "another-robot", "edit")
		robot.Subjects[0].Namespace = "default"
		create(ctx, robot)

		org := settled(ctx, name, lab.Person("john"))
		foreign := eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionForeignAccess)).To(And(HaveField("Status", metav1.ConditionTrue),
				HaveField("Reason", v1alpha1.ReasonForeignRoleBindings), HaveField("Message", HaveSuffix(": another-robot, before"))))
		})
		Expect(condition(foreign, v1alpha1.ConditionReady).Status).To(Equal(metav1.ConditionTrue), "it may be meant")
		Expect(condition(foreign, v1alpha1.ConditionForeignAccess).Message).NotTo(ContainSubstring("beta"))
		Eventually(eventsOf(ctx, org, v1alpha1.ReasonForeignRoleBindings)).Should(ConsistOf(And(HavePrefix("Warning"), HaveSuffix(": another-robot, before"))))

		later := create(ctx, roleBinding(name, "later", "view", "support@zylker.com"))
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionForeignAccess).Message).To(HaveSuffix(": another-robot, before, later"))
		})
		for _, b := range []*rbacv1.RoleBinding{before, later, robot} {
			Expect(kube.Delete(ctx, b)).To(Succeed())
		}
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(condition(o, v1alpha1.ConditionForeignAccess)).To(BeZero())
		})
	})

	It("reports a RoleBinding with the operator's own name and another role, and goes on when it is gone (R7)", func(ctx context.Context) {
		name, john := lab.Unique("zylker"), lab.Person("john")
		labels := map[string]string{v1alpha1.OrganizationLabel: name}
		create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-" + name, Labels: labels}})
		inTheWay := create(ctx, roleBinding(name, "polyorg-organization-admin-0", "view"))

		org := becomes(ctx, create(ctx, organization(name, john)), v1alpha1.ReasonBindingInTheWay)
		stalled := condition(org, v1alpha1.ConditionStalled)
		Expect(stalled).To(And(HaveField("Status", metav1.ConditionTrue), HaveField("Reason", v1alpha1.ReasonBindingInTheWay),
			HaveField("Message", ContainSubstring("RoleBinding org-"+name+"/polyorg-organization-admin-0"))))
		Expect(condition(org, v1alpha1.ConditionReconciling)).To(BeZero())
		becomes(ctx, membership(name, john), v1alpha1.ReasonActive)

		Expect(kube.Delete(ctx, inTheWay)).To(Succeed())
		becomes(ctx, org, v1alpha1.ReasonActive)
		Eventually(func() error {
			return as(john).List(ctx, &v1alpha1.InvitationList{}, client.InNamespace("org-"+name))
		}).Should(Succeed())
	})

	It("reports such a ClusterRoleBinding too (R7)", func(ctx context.Context) {
		name := lab.Unique("zylker")
		inTheWay := create(ctx, &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: "polyorg:organization:" + name + "-0"},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "view"},
		})
		org := becomes(ctx, create(ctx, organization(name, lab.Person("john"))), v1alpha1.ReasonBindingInTheWay)
		Expect(condition(org, v1alpha1.ConditionStalled).Message).To(ContainSubstring("ClusterRoleBinding " + inTheWay.Name))
		r := &reconcilers.Reconciler{Client: mgr.GetClient(), Own: mgr.GetClient(), Live: mgr.GetAPIReader(), Desk: grant.NewDesk(mgr.GetClient(), nil), Clock: clock,
			Events: mgr.GetEventRecorder("test"), Config: conf, Routes: keeper()}
		Eventually(func() (time.Duration, error) {
			result, err := r.Reconcile(ctx, ctrl.Request{NamespacedName: key(org)})
			return result.RequeueAfter, err
		}).Should(Equal(time.Minute), "nothing tells of its end")

		Expect(kube.Delete(ctx, inTheWay)).To(Succeed())
		touch(ctx, org)
		becomes(ctx, org, v1alpha1.ReasonActive)
	})

	It("never touches a namespace that is not its own", func(ctx context.Context) {
		name := lab.Unique("zylker")
		ns := create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-" + name}})
		org := becomes(ctx, create(ctx, organization(name, lab.Person("john"))), v1alpha1.ReasonNamespaceNotOurs)
		Expect(condition(org, v1alpha1.ConditionStalled).Status).To(Equal(metav1.ConditionTrue))
		Expect(condition(org, v1alpha1.ConditionNamespaceReady).Reason).To(Equal(v1alpha1.ReasonNamespaceNotOurs))
		Expect(kube.Delete(ctx, org)).To(Succeed())
		goes(ctx, org)
		Expect(read(ctx, ns).DeletionTimestamp).To(BeNil())
		Expect(ns.Labels).NotTo(HaveKey(v1alpha1.OrganizationLabel))
	})

	It("gives a former administrator no access, also if its namespace is not its own any more (R7)", func(ctx context.Context) {
		name, john, alice, bob := lab.Unique("zylker"), lab.Person("john"), lab.Person("alice"), lab.Person("bob")
		org := settled(ctx, name, john)
		for _, email := range []string{alice, bob} {
			m := membership(name, email)
			m.Spec.Role = v1alpha1.RoleAdministrator
			becomes(ctx, create(ctx, m), v1alpha1.ReasonActive)
			Eventually(ctx, func() error { return as(email).Get(ctx, key(org), org) }).Should(Succeed())
		}
		// As the operator, because the policy in config/policy permits it. In this case the policy was missing.
		unlabel := client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"labels":{"polyorg.io/organization":null}}}`))
		Expect(mgr.GetClient().Patch(ctx, namespaceOf(org), unlabel)).To(Succeed())
		becomes(ctx, org, v1alpha1.ReasonNamespaceNotOurs)
		Expect(kube.Delete(ctx, membership(name, alice))).To(Succeed())
		Eventually(ctx, func() error { return as(alice).Get(ctx, key(org), org) }).Should(MatchError(apierrors.IsForbidden, "IsForbidden"))
		Expect(as(john).Get(ctx, key(org), org)).To(Succeed())
		Expect(as(bob).Get(ctx, key(org), org)).To(Succeed())
	})

	It("leaves no guarded namespace behind when it is removed without its finalizer", func(ctx context.Context) {
		name := lab.Unique("zylker")
		labels := map[string]string{v1alpha1.OrganizationLabel: name, v1alpha1.OrganizationUIDLabel: "of-a-former-one"}
		ns := create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-" + name, Labels: labels}})
		eventually(ctx, ns, func(g Gomega, ns *corev1.Namespace) {
			g.Expect(ns.Labels).NotTo(HaveKey(v1alpha1.OrganizationUIDLabel))
			g.Expect(ns.Labels).To(HaveKeyWithValue(v1alpha1.OrganizationLabel, name))
		})
		Expect(kube.Delete(ctx, ns)).To(Succeed())
	})

	It("keeps its former host reserved and redirecting, and can take it again (A6)", func(ctx context.Context) {
		first, second, third := lab.Unique("first"), lab.Unique("second"), lab.Unique("third")
		org := settled(ctx, first, lab.Person("john"))
		rename := func(to string) {
			change(ctx, org, func(o *v1alpha1.Organization) { o.Spec.AccessURL = &v1alpha1.AccessURL{Name: to} })
			eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
				g.Expect(o.Status.Hosts).To(ConsistOf(to + "." + baseDomain))
			})
		}
		rename(second)
		h := read(ctx, reservationOf(first))
		Expect(h.Spec.HeldFor).To(HaveValue(Equal(v1alpha1.OrganizationReference{Name: org.Name, UID: org.UID})))
		Expect(h.Spec.RedirectTo).To(Equal(second + "." + baseDomain))
		Expect(h.Spec.ExpiresAt.Time).To(BeTemporally("~", clock.Now().Add(30*day), time.Minute))
		eventually(ctx, org, func(g Gomega, o *v1alpha1.Organization) {
			g.Expect(o.Status.PreviousHosts).To(ConsistOf(HaveField("Host", first+"."+baseDomain)))
		})
		eventually(ctx, ingressOf(org), func(g Gomega, i *networkingv1.Ingress) {
			g.Expect(i.Spec.Rules).To(ConsistOf(HaveField("Host", second+"."+baseDomain)))
		})

		rename(third)
		eventually(ctx, h, func(g Gomega, h *v1alpha1.HostReservation) {
			g.Expect(h.Spec.RedirectTo).To(Equal(third + "." + baseDomain))
		})
		rename(first)
		goes(ctx, h)
		becomes(ctx, org, v1alpha1.ReasonActive)
	})

	It("does not serve a host that belongs to another organization (A2)", func(ctx context.Context) {
		shop := lab.Unique("shop")
		create(ctx, reservationOf(shop))
		org := organization(lab.Unique("zylker"), lab.Person("john"))
		org.Spec.AccessURL = &v1alpha1.AccessURL{Name: shop}
		becomes(ctx, create(ctx, org), v1alpha1.ReasonHostNotFree)
		Expect(org.Status.Hosts).To(BeEmpty())
		Expect(org.Status.AccessURL).To(BeEmpty())
		Expect(kube.Get(ctx, key(ingressOf(org)), &networkingv1.Ingress{})).To(MatchError(apierrors.IsNotFound, "IsNotFound"))

		first := settled(ctx, lab.Unique("first"), lab.Person("mary"))
		late := organization(lab.Unique("late"), lab.Person("paul"))
		late.Spec.AccessURL = &v1alpha1.AccessURL{Name: first.Name}
		becomes(ctx, create(ctx, late), v1alpha1.ReasonHostNotFree)
		Expect(read(ctx, first).Status.Hosts).To(HaveLen(1))

		Expect(kube.Delete(ctx, reservationOf(shop))).To(Succeed())
		becomes(ctx, org, v1alpha1.ReasonActive)
	})

	It("gives everything back when it is deleted, and its host only later (O7, A7)", func(ctx context.Context) {
		name, john := lab.Unique("zylker"), lab.Person("john")
		org := settled(ctx, name, john)
		uid := org.UID
		user := &v1alpha1.User{ObjectMeta: metav1.ObjectMeta{Name: identity.ObjectName(john)}}
		read(ctx, user)
		Expect(kube.Delete(ctx, org)).To(Succeed())
		goes(ctx, org)
		Expect(kube.Get(ctx, key(namespaceOf(org)), &corev1.Namespace{})).To(MatchError(apierrors.IsNotFound, "IsNotFound"))
		h := read(ctx, reservationOf(name))
		Expect(h.Spec.HeldFor.UID).To(Equal(uid))
		Expect(h.Spec.RedirectTo).To(BeEmpty())
		goes(ctx, user)
		goes(ctx, &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "polyorg:organization:" + name + "-0"}})

		later := organization(name, john)
		later.Spec.AccessURL = &v1alpha1.AccessURL{Name: lab.Unique("another")}
		becomes(ctx, create(ctx, later), v1alpha1.ReasonActive)
		Expect(later.Status.PreviousHosts).To(BeEmpty(), "a later organization of the name inherits nothing (A2)")
		Expect(read(ctx, h).Spec.HeldFor.UID).To(Equal(uid))
	})
})
