// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"os/exec"
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/journal"
)

// TestUninstall takes a cluster of its own through what `make uninstall` does.
func TestUninstall(t *testing.T) {
	g := NewWithT(t)
	cluster, err := controlplane.Start(t.Context(), controlplane.Options{Dir: t.TempDir()})
	g.Expect(err).NotTo(HaveOccurred())
	defer func() { g.Expect(cluster.Stop()).To(Succeed()) }()
	scheme := runtime.NewScheme()
	g.Expect(clientgoscheme.AddToScheme(scheme)).To(Succeed())
	g.Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	// No operator serves admission here, so the organization comes before the webhooks do.
	g.Expect(apply(cluster, "crd")).To(Succeed())
	admin, err := client.New(cluster.Config(), client.Options{Scheme: scheme})
	g.Expect(err).NotTo(HaveOccurred())
	organization := &v1alpha1.Organization{
		ObjectMeta: metav1.ObjectMeta{Name: "zylker-products"},
		Spec:       v1alpha1.OrganizationSpec{DisplayName: "Zylker Products", SuperAdmin: "john@zylker.com"},
	}
	g.Eventually(func() error { return admin.Create(t.Context(), organization) }).WithTimeout(soon).Should(Succeed(), "once the API server serves the new kind")
	g.Expect(apply(cluster, "default")).To(Succeed())

	out, err := uninstall(cluster)
	g.Expect(err).To(HaveOccurred())
	g.Expect(out).To(ContainSubstring("1 organizations are still there"))

	// The operator is not here to end the organization either. Its journal, with a finalizer, is what it leaves behind.
	g.Expect(exec.Command(cluster.Kubectl(), "--kubeconfig="+cluster.Kubeconfig(), "delete", "--kustomize=../../config/webhook").Run()).To(Succeed())
	g.Expect(admin.Delete(t.Context(), organization)).To(Succeed())
	g.Expect(admin.Create(t.Context(), &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "polyorg-system", Name: journal.Name, Finalizers: []string{journal.Finalizer}},
	})).To(Succeed())
	out, err = uninstall(cluster)
	g.Expect(err).NotTo(HaveOccurred(), out)
	out, err = uninstall(cluster)
	g.Expect(err).NotTo(HaveOccurred(), "a second time: %s", out)
}

func uninstall(cluster *controlplane.ControlPlane) (string, error) {
	out, err := exec.Command("../../hack/uninstall.sh", cluster.Kubectl(), cluster.Kubeconfig()).CombinedOutput()
	return string(out), err
}
