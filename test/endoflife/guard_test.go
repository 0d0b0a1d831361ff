// SPDX-License-Identifier: Apache-2.0

package endoflife

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/test/lab"
)

// The super admin's membership holds against the cluster's administrator too. After each try, the organization has the very same
// membership, it gives access, and the organization is in service.
var _ = Describe("The super admin's membership (R3)", Ordered, func() {
	var (
		john, organization = lab.Person("john"), lab.Unique("guarded")
		namespace          = v1alpha1.NamespacePrefix + organization
		name               = identity.ObjectName(john)
		org                *v1alpha1.Organization
		own                = &v1alpha1.Membership{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	)

	BeforeAll(func(ctx context.Context) {
		org = l.Organization(ctx, john, 10, func(o *v1alpha1.Organization) { o.Name = organization })
		l.EventuallyReady(ctx, own)
	})

	stands := func(ctx context.Context) {
		GinkgoHelper()
		now := &v1alpha1.Membership{}
		Expect(l.Platform.Get(ctx, key(own), now)).To(Succeed())
		Expect(now.UID).To(Equal(own.UID))
		Expect(now.DeletionTimestamp).To(BeNil())
		Expect(now.Spec).To(Equal(own.Spec))
		Expect(l.As(john).List(ctx, &v1alpha1.InvitationList{}, client.InNamespace(namespace))).To(Succeed())
		l.EventuallyReady(ctx, org)
		l.EventuallyReady(ctx, now)
	}

	// refused runs kubectl as the cluster's administrator, and expects a refusal that names the rule.
	refused := func(ctx context.Context, because string, args []string) {
		GinkgoHelper()
		said, err := l.Kubectl(ctx, args...)
		Expect(err).To(HaveOccurred(), said)
		Expect(said).To(ContainSubstring(because))
		stands(ctx)
	}

	membership := []string{"membership", name, "-n", namespace}
	remove := func(flags ...string) []string { return append(append([]string{"delete"}, membership...), flags...) }
	patch := func(body string) []string {
		return append(append([]string{"patch"}, membership...), "--type=merge", "-p", body)
	}

	DescribeTable("is refused to kubectl", refused,
		Entry("to delete it", "[R3]", remove()),
		Entry("with its dependents orphaned", "[R3]", remove("--cascade=orphan")),
		Entry("or waited for", "[R3]", remove("--cascade=foreground")),
		Entry("by force", "[R3]", remove("--force", "--grace-period=0")),
		Entry("along with all others", "[R3]", []string{"delete", "memberships", "--all", "-n", namespace}),
		Entry("as a collection", "[R3]", []string{"delete", "--raw", "/apis/polyorg.io/v1alpha1/namespaces/" + namespace + "/memberships"}),
		Entry("to suspend it", "[R3]", patch(`{"spec":{"suspended":true}}`)),
		Entry("to give it another role", "[R3]", patch(`{"spec":{"role":"Standard"}}`)),
		Entry("to give it to another user", "L6", patch(`{"spec":{"user":"eve@zylker.com"}}`)),
		Entry("to delete the namespace", "[O7]", []string{"delete", "namespace", namespace}),
		Entry("by force as well", "[O7]", []string{"delete", "namespace", namespace, "--force", "--grace-period=0"}),
		Entry("or among others", "[O7]", []string{"delete", "namespaces", "-l", v1alpha1.OrganizationLabel + "=" + organization}),
		Entry("or as a collection", "MethodNotAllowed", []string{"delete", "--raw", "/api/v1/namespaces"}),
		Entry("to remove the namespace's label", "[O7]", []string{"label", "namespace", namespace, v1alpha1.OrganizationLabel + "-"}),
		Entry("or its mark", "[O7]", []string{"label", "namespace", namespace, v1alpha1.OrganizationUIDLabel + "-"}),
		Entry("or to change it", "[O7]", []string{"label", "namespace", namespace, v1alpha1.OrganizationLabel + "=other", "--overwrite"}),
	)

	It("cannot be replaced by force, which would delete it first", func(ctx context.Context) {
		file := filepath.Join(GinkgoT().TempDir(), "membership.yaml")
		yaml, err := l.Kubectl(ctx, append([]string{"get", "-o", "yaml"}, membership...)...)
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(file, []byte(yaml), 0o600)).To(Succeed())
		refused(ctx, "[R3]", []string{"replace", "--force", "-f", file})
	})

	It("is not ended by finalizing the namespace", func(ctx context.Context) {
		file := filepath.Join(GinkgoT().TempDir(), "namespace.json")
		ns := lab.NewNamespace(org)
		Expect(l.Platform.Get(ctx, key(ns), ns)).To(Succeed())
		ns.Spec.Finalizers = nil
		body, err := json.Marshal(ns)
		Expect(err).NotTo(HaveOccurred())
		Expect(os.WriteFile(file, body, 0o600)).To(Succeed())
		refused(ctx, "ends by itself; wait until all that is in it is gone [O7]", []string{"replace", "--raw", "/api/v1/namespaces/" + namespace + "/finalize", "-f", file})
	})

	It("is not ended by a finalizer that comes and goes", func(ctx context.Context) {
		_, err := l.Kubectl(ctx, patch(`{"metadata":{"finalizers":["example.com/hold"]}}`)...)
		Expect(err).NotTo(HaveOccurred())
		refused(ctx, "[R3]", remove("--wait=false"))
		_, err = l.Kubectl(ctx, patch(`{"metadata":{"finalizers":null}}`)...)
		Expect(err).NotTo(HaveOccurred())
		stands(ctx)
	})

	It("is not collected as garbage", func(ctx context.Context) {
		owner := lab.Create(ctx, l.Platform, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: lab.Unique("owner")}})
		also := lab.Create(ctx, l.Platform, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: lab.Unique("owned")}})
		for _, owned := range []client.Object{own.DeepCopy(), also} {
			Expect(lab.Change(ctx, l.Platform, owned, func(o client.Object) {
				o.SetOwnerReferences([]metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID}})
			})).To(Succeed())
		}
		Expect(l.Platform.Delete(ctx, owner)).To(Succeed())
		l.EventuallyGone(ctx, also) // so the collector was here
		stands(ctx)
		Expect(lab.Change(ctx, l.Platform, own.DeepCopy(), func(m *v1alpha1.Membership) { m.OwnerReferences = nil })).To(Succeed())
	})

	It("keeps the person's User, with the default that they chose (U1)", func(ctx context.Context) {
		was := l.User(ctx, john)
		Expect(was).NotTo(BeNil())
		refused(ctx, "(organizations: 1)", []string{"delete", "puser", was.Name})
		refused(ctx, "[U1]", []string{"delete", "puser", "--all"})
		Expect(l.User(ctx, john)).To(HaveValue(HaveField("UID", was.UID)))
	})

	It("ends with its organization, and does not delay the end", func(ctx context.Context) {
		deletes(ctx, org)
		l.EventuallyGone(ctx, own)
	})
})
