// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// setScene makes the scene, as the platform and as the person who declined.
func setScene(ctx context.Context) {
	GinkgoHelper()
	// These namespaces have no label, so they stay: one without its organization, and one that must not end with its own.
	for _, name := range []string{later, ending} {
		Expect(l.Platform.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: v1alpha1.NamespacePrefix + name}})).To(Succeed())
	}
	stage[*v1alpha1.Organization](ctx)
	stage[*v1alpha1.Membership](ctx)
	stage[*v1alpha1.Invitation](ctx)
	stage[*v1alpha1.IntegrationBinding](ctx)
	stage[*v1alpha1.HostReservation](ctx)
	lab.Create(ctx, l.Platform, bare(user(former)))
	declined := bare(answer(declan))
	Expect(lab.Insist(ctx, func() error { return signedInAs(declan).Create(ctx, declined) })).To(Succeed())
	nameOfAnswer = declined.GetName()
	Expect(lab.Change(ctx, l.Platform, org(lapsed), func(o *v1alpha1.Organization) {
		o.Spec.TrialEndsAt = &metav1.Time{Time: time.Now().Add(-time.Hour)}
	})).To(Succeed())
	Expect(lab.Change(ctx, l.Platform, org(stopped), stop)).To(Succeed())
	Expect(lab.Insist(ctx, func() error { return l.Platform.Delete(ctx, org(ending)) })).To(Succeed())
	Eventually(func(g Gomega) { settled(ctx, g) }).WithContext(ctx).Should(Succeed())
}

// stage makes the scene's objects of one kind, and returns when all those that can become ready are ready.
func stage[O client.Object](ctx context.Context) {
	GinkgoHelper()
	var all []client.Object
	for _, o := range Scene() {
		if of, ok := o.(O); ok {
			all = append(all, bare(of))
		}
	}
	for _, o := range all {
		err := lab.Insist(ctx, func() error { return l.Platform.Create(ctx, o) })
		Expect(err).To(Or(Not(HaveOccurred()), Satisfy(apierrors.IsAlreadyExists)), "%T %s", o, o.GetName())
	}
	for _, o := range all {
		if getsReady(o) {
			l.EventuallyReady(ctx, o)
		}
	}
}

func getsReady(o client.Object) bool {
	switch o := o.(type) {
	case *v1alpha1.Organization:
		return o.Name != ending
	case *v1alpha1.Membership:
		return !o.Spec.Suspended && o.Namespace != v1alpha1.NamespacePrefix+ending && o.Namespace != v1alpha1.NamespacePrefix+later
	}
	return false
}

// bare is an object as its author writes it.
func bare(o client.Object) client.Object {
	o = o.DeepCopyObject().(client.Object)
	o.SetUID("")
	o.SetResourceVersion("")
	o.SetGeneration(0)
	o.SetCreationTimestamp(metav1.Time{})
	o.SetDeletionTimestamp(nil)
	// Members come before the end of the trial, and before the suspension.
	if closing, ok := o.(*v1alpha1.Organization); ok && o.GetName() == stopped {
		closing.Spec.Suspended = nil
	} else if ok && o.GetName() == lapsed {
		closing.Spec.TrialEndsAt = &metav1.Time{Time: time.Now().Add(time.Hour)}
	}
	switch o.(type) {
	case *v1alpha1.InvitationResponse, *v1alpha1.OrganizationRequest:
		o.SetName("")
		o.SetGenerateName("act-")
	}
	return o
}

func signedInAs(email string) client.Client {
	return signedIn(Class{Username: email, Groups: []string{UsersGroup}})
}

// settled waits until the controllers are done, and RBAC knows the members.
func settled(ctx context.Context, g Gomega) {
	declined := invitation(home, declan)
	g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(declined), declined)).To(Succeed())
	g.Expect(declined.Status.State).To(Equal(v1alpha1.InvitationDeclined))
	g.Expect(l.User(ctx, declan)).To(BeNil(), "there is nothing more to tell them")
	for _, o := range Scene() {
		if o.GetNamespace() == v1alpha1.NamespacePrefix+ending {
			g.Expect(l.Platform.Get(ctx, client.ObjectKeyFromObject(o), o)).To(Succeed())
			g.Expect(o.GetDeletionTimestamp()).NotTo(BeNil())
		}
	}
	for _, who := range []string{sam, email("stranger"), email("foreign"), email("suspended"), email("standard"), admin, owner} {
		g.Expect(l.User(ctx, who)).NotTo(BeNil(), "%s has a User", who)
	}
	for who, where := range map[string][]string{"Standard": {home}, "Administrator": {home, guarded, lapsed, stopped}, "Super admin": {home, guarded, lapsed, stopped}} {
		for _, name := range where {
			g.Expect(shipped[who].List(ctx, &v1alpha1.MembershipList{}, client.InNamespace(v1alpha1.NamespacePrefix+name))).To(Succeed())
			if who != "Standard" {
				g.Expect(shipped[who].Get(ctx, client.ObjectKey{Name: name}, &v1alpha1.Organization{})).To(Succeed())
			}
		}
	}
}
