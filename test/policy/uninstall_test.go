// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/planes"
)

// TestUninstall uninstalls the operator from another control plane by `make uninstall`.
func TestUninstall(t *testing.T) {
	g := NewWithT(t)
	cluster, giveBack, err := planes.Take(t.Context(), t.Output())
	g.Expect(err).NotTo(HaveOccurred())
	defer func() { g.Expect(giveBack()).To(Succeed()) }()
	scheme := runtime.NewScheme()
	g.Expect(clientgoscheme.AddToScheme(scheme)).To(Succeed())
	g.Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	// No operator serves admission here, so the organization must come before the webhooks.
	g.Expect(apply(cluster, "crd")).To(Succeed())
	admin, err := client.New(cluster.Config(), client.Options{Scheme: scheme})
	g.Expect(err).NotTo(HaveOccurred())
	organization := &v1alpha1.Organization{
		ObjectMeta: metav1.ObjectMeta{Name: "zylker-products"},
		Spec:       v1alpha1.OrganizationSpec{DisplayName: "Zylker Products", SuperAdmin: "john@zylker.com"},
	}
	g.Eventually(func() error { return admin.Create(t.Context(), organization) }).WithTimeout(soon).Should(Succeed(), "once the API server serves the new kind")
	g.Expect(apply(cluster, "default")).To(Succeed())

	// The first try removes the webhooks and the operator. The kinds are still guarded from the second try (O7).
	guarded := Equal(10) // kinds
	g.Eventually(func() int { return refusals(cluster, "--dry-run=server") }).WithTimeout(soon).WithPolling(poll).Should(guarded, "once the API server enforces the policy")
	leaveJournal(t, admin) // as an operator that ran here leaves it
	g.Expect(refusals(cluster)).To(guarded)
	for _, policy := range []string{"polyorg-kinds", "polyorg-organization-namespaces"} {
		name := client.ObjectKey{Name: policy}
		for _, guard := range []client.Object{&admissionregistrationv1.ValidatingAdmissionPolicy{}, &admissionregistrationv1.ValidatingAdmissionPolicyBinding{}} {
			g.Expect(admin.Get(t.Context(), name, guard)).To(Succeed())
			g.Expect(guard.GetDeletionTimestamp()).NotTo(BeNil())
		}
	}
	// The API server looks at its policies anew once a second.
	g.Consistently(func() int { return refusals(cluster, "--dry-run=server") }).WithTimeout(3 * time.Second).WithPolling(poll).Should(guarded)
	g.Expect(refusals(cluster)).To(guarded)
	g.Expect(admin.Get(t.Context(), client.ObjectKeyFromObject(organization), organization)).To(Succeed())
	g.Expect(organization.DeletionTimestamp).To(BeNil())
	// As operations.md says: the journal keeps the namespace until its finalizer is lifted.
	g.Expect(exec.Command(cluster.Kubectl(), "--kubeconfig="+cluster.Kubeconfig(), "patch", "configmap", "--namespace=polyorg-system", journal.Name,
		"--type=merge", `--patch={"metadata":{"finalizers":null}}`).Run()).To(Succeed())
	g.Eventually(func() error { return apply(cluster, "default") }).WithTimeout(soon).Should(Succeed(), "once the namespace that was deleted is gone")

	kubectl := countedKubectl(t, cluster)
	out, err := uninstall(cluster, kubectl)
	g.Expect(err).To(HaveOccurred())
	g.Expect(out).To(ContainSubstring("1 organizations are still there"))

	// No operator runs here to end the organization either. Its leftovers have finalizers: its journal, and so many objects that
	// one request for each would take too long.
	g.Expect(exec.Command(cluster.Kubectl(), "--kubeconfig="+cluster.Kubeconfig(), "delete", "--kustomize=../../config/webhook").Run()).To(Succeed())
	g.Expect(admin.Delete(t.Context(), organization)).To(Succeed())
	leaveJournal(t, admin)
	leave(t, admin)
	portal := leaveRoute(t, admin, map[string]string{v1alpha1.ManagedByLabel: v1alpha1.FieldOwner})
	theirs := leaveRoute(t, admin, map[string]string{v1alpha1.ManagedByLabel: "Helm"})
	before := kubectl.calls(t)
	out, err = uninstall(cluster, kubectl)
	g.Expect(err).NotTo(HaveOccurred(), out)
	g.Expect(kubectl.calls(t)-before).To(BeNumerically("<", 30), "kubectl is started for each kind, not for each object")
	g.Expect(apierrors.IsNotFound(admin.Get(t.Context(), client.ObjectKeyFromObject(portal), portal))).To(BeTrue())
	g.Expect(admin.Get(t.Context(), client.ObjectKeyFromObject(theirs), theirs)).To(Succeed())
	out, err = uninstall(cluster, kubectl)
	g.Expect(err).NotTo(HaveOccurred(), "a second time: %s", out)
}

// leaveJournal makes the leftovers of an operator that ended otherwise than by make uninstall.
func leaveJournal(t *testing.T, admin client.Client) {
	t.Helper()
	create(t, admin, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: "polyorg-system", Name: journal.Name, Finalizers: []string{journal.Finalizer}},
	})
}

// leaveRoute makes a route in the namespace of a portal.
func leaveRoute(t *testing.T, admin client.Client, labels map[string]string) *networkingv1.Ingress {
	t.Helper()
	route := &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "default", GenerateName: "polyorg-platform-", Labels: labels}}
	route.Spec.Rules = []networkingv1.IngressRule{{Host: "login.crm.example.com"}}
	create(t, admin, route)
	return route
}

// leave makes objects with a finalizer that nobody removes, with and without a namespace, and one without a finalizer.
func leave(t *testing.T, admin client.Client) {
	t.Helper()
	for i := range 40 {
		create(t, admin, &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("former-%d.example.org", i), Finalizers: []string{"polyorg.io/held"}}})
	}
	create(t, admin, &v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: "free.example.org"}})
	for _, organization := range []string{"left-one", "left-two"} {
		namespace := v1alpha1.NamespacePrefix + organization
		create(t, admin, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
		create(t, admin, &v1alpha1.Membership{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "bob", Finalizers: []string{"polyorg.io/held"}},
			Spec:       v1alpha1.MembershipSpec{User: "bob@zylker.com", Role: v1alpha1.RoleStandard},
		})
	}
}

// TestUninstallFindsKubectl says which kubectl removes Polyorg. None of them is built for that.
func TestUninstallFindsKubectl(t *testing.T) {
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(kubeconfig, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	given, inPath, built := namedKubectl(t, "given"), namedKubectl(t, "in PATH"), namedKubectl(t, "built")
	for name, tc := range map[string]struct {
		given       []string
		path, built string
		want        string
	}{
		"the one that the caller names":      {[]string{given + "/kubectl"}, inPath, built, "kubectl given"},
		"the one in PATH":                    {nil, inPath, built, "kubectl in PATH"},
		"the one that was built, without it": {nil, t.TempDir(), built, "kubectl built"},
		"none, and it says what to do":       {nil, t.TempDir(), t.TempDir(), "there is no kubectl in PATH; install it"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, program := range []string{"bash", "dirname"} {
				link(t, program, tc.path)
			}
			cmd := exec.Command("../../hack/uninstall.sh", append([]string{kubeconfig}, tc.given...)...)
			cmd.Env = []string{"PATH=" + tc.path, "KUBEBUILDER_ASSETS=" + tc.built}
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), tc.want) {
				t.Errorf("%v: %s; want %q", err, out, tc.want)
			}
		})
	}
}

// namedKubectl is a folder with a kubectl that says its name and fails.
func namedKubectl(t *testing.T, name string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, "kubectl"), fmt.Sprintf("#!/bin/sh\necho kubectl %s >&2\nexit 1\n", name))
	return dir
}

// link puts a program into a folder, unless it is there.
func link(t *testing.T, program, dir string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, filepath.Join(dir, program)); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, script string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil { //nolint:gosec // it is to be run
		t.Fatal(err)
	}
}

// counted is a kubectl that notes each of its starts. In the same folder is a go that builds nothing.
type counted struct{ program, log string }

func countedKubectl(t *testing.T, cluster *controlplane.ControlPlane) counted {
	t.Helper()
	k := counted{filepath.Join(t.TempDir(), "kubectl"), filepath.Join(t.TempDir(), "calls")}
	write(t, k.program, fmt.Sprintf("#!/bin/sh\necho \"$1\" >>%q\nexec %q \"$@\"\n", k.log, cluster.Kubectl()))
	write(t, filepath.Join(filepath.Dir(k.program), "go"), "#!/bin/sh\necho this needs a build\nexit 1\n")
	return k
}

func (k counted) calls(t *testing.T) int {
	t.Helper()
	log, err := os.ReadFile(k.log)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(log), "\n")
}

// refusals is how many kinds survive a deletion of everything that was applied.
func refusals(cluster *controlplane.ControlPlane, flags ...string) int {
	args := append([]string{"--kubeconfig=" + cluster.Kubeconfig(), "delete", "--kustomize=../../config/default", "--ignore-not-found", "--wait=false"}, flags...)
	out, _ := exec.Command(cluster.Kubectl(), args...).CombinedOutput() // it fails, as it should
	return strings.Count(string(out), "it would delete every object of the kind")
}

// uninstall has that kubectl first in PATH, and no control plane's: somebody who removes Polyorg has built nothing.
func uninstall(cluster *controlplane.ControlPlane, kubectl counted) (string, error) {
	cmd := exec.Command("make", "--directory=../..", "uninstall", "KUBECONFIG="+cluster.Kubeconfig())
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(kubectl.program)+":"+os.Getenv("PATH"), "KUBEBUILDER_ASSETS=")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
