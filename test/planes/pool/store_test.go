// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/planes"
)

// soon is more time than a loaded machine needs for the API server's own work.
const soon = time.Minute

// TestStore makes, changes and deletes objects as suites do. It expects the API server and the controllers to know nothing of that
// afterwards.
func TestStore(t *testing.T) {
	g, ctx := NewWithT(t), t.Context()
	control, giveBack, err := planes.Take(ctx, io.Discard)
	g.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() {
		if err := giveBack(); err != nil {
			t.Error(err)
		}
	})
	scheme := runtime.NewScheme()
	g.Expect(clientgoscheme.AddToScheme(scheme)).To(Succeed())
	g.Expect(apiextensionsv1.AddToScheme(scheme)).To(Succeed())
	g.Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	kube, err := client.New(control.Config(), client.Options{Scheme: scheme})
	g.Expect(err).NotTo(HaveOccurred())
	s := newStore(control.Dir())
	g.Expect(s.remember(ctx)).To(Succeed())

	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-made"}}
	made := []client.Object{
		namespace,
		&v1alpha1.Membership{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace.Name, Name: "held", Finalizers: []string{"example.com/held"}},
			Spec:       v1alpha1.MembershipSpec{User: "john@zylker.com", Role: v1alpha1.RoleStandard},
		},
		&rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: "made"},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "view"},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "john"}},
		},
	}
	for _, obj := range made {
		g.Expect(kube.Create(ctx, obj)).To(Succeed())
	}
	john, err := client.New(control.ConfigFor("john"), client.Options{Scheme: scheme})
	g.Expect(err).NotTo(HaveOccurred())
	enters := func() error { return john.List(ctx, &corev1.PodList{}, client.InNamespace(namespace.Name)) }
	g.Eventually(enters, soon).Should(Succeed())
	g.Expect(kube.Delete(ctx, namespace)).To(Succeed())
	changed, deleted := role("edit"), role("system:public-info-viewer")
	g.Expect(kube.Get(ctx, client.ObjectKeyFromObject(changed), changed)).To(Succeed())
	was := changed.DeepCopy()
	changed.Labels = map[string]string{"changed": "yes"}
	g.Expect(kube.Update(ctx, changed)).To(Succeed())
	g.Expect(kube.Delete(ctx, deleted)).To(Succeed())

	g.Expect(s.restore(ctx)).To(BeFalse())
	for _, obj := range made {
		g.Eventually(func() error { return kube.Get(ctx, client.ObjectKeyFromObject(obj), obj) }, soon).Should(Satisfy(apierrors.IsNotFound))
	}
	g.Eventually(enters, soon).Should(Satisfy(apierrors.IsForbidden), "RBAC has heard of it")
	g.Expect(kube.Get(ctx, client.ObjectKeyFromObject(changed), changed)).To(Succeed())
	g.Expect(changed.Labels).To(Equal(was.Labels))
	g.Expect(kube.Get(ctx, client.ObjectKeyFromObject(deleted), deleted)).To(Succeed())
	servesAgain(ctx, g, kube)
	g.Expect(s.restore(ctx)).To(BeFalse(), "a second time")

	for i := range crowd + 1 {
		g.Expect(kube.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("org-crowd-", i)}})).To(Succeed())
	}
	g.Expect(s.restore(ctx)).To(BeTrue(), "many namespaces were made")

	kind := &apiextensionsv1.CustomResourceDefinition{ObjectMeta: metav1.ObjectMeta{Name: "users.polyorg.io"}}
	g.Expect(kube.Delete(ctx, kind)).To(Succeed())
	g.Expect(s.restore(ctx)).To(BeTrue(), "a kind was deleted")
	g.Eventually(func() error { return kube.List(ctx, &v1alpha1.UserList{}) }, soon).Should(Succeed())
}

// servesAgain does what the next suite does: it creates objects of the same names, and waits for garbage collection.
func servesAgain(ctx context.Context, g Gomega, kube client.Client) {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-made"}}
	owner := &v1alpha1.Organization{
		ObjectMeta: metav1.ObjectMeta{Name: "owner"},
		Spec:       v1alpha1.OrganizationSpec{DisplayName: "Owner", SuperAdmin: "john@zylker.com"},
	}
	g.Expect(kube.Create(ctx, namespace)).To(Succeed())
	g.Expect(kube.Create(ctx, owner)).To(Succeed())
	owned := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace.Name, Name: "owned", OwnerReferences: []metav1.OwnerReference{{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "Organization", Name: owner.Name, UID: owner.UID,
	}}}}
	g.Expect(kube.Create(ctx, owned)).To(Succeed())
	g.Expect(kube.Delete(ctx, owner)).To(Succeed())
	g.Eventually(func() error { return kube.Get(ctx, client.ObjectKeyFromObject(owned), owned) }, soon).Should(Satisfy(apierrors.IsNotFound))
	g.Expect(kube.Delete(ctx, namespace)).To(Succeed())
	g.Eventually(func() error { return kube.Get(ctx, client.ObjectKeyFromObject(namespace), namespace) }, soon).Should(Satisfy(apierrors.IsNotFound))
}

func role(name string) *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}}
}
