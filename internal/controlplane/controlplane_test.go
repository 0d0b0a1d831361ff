// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/polyorg/polyorg/internal/controlplane/process"
)

const (
	// soon is more than a loaded machine needs for anything that a control plane does by itself.
	soon = time.Minute
	poll = 50 * time.Millisecond
	// helperDir is set for the copy of this test program that starts a control plane in that folder and is killed.
	helperDir = "POLYORG_TEST_HELPER_DIR"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		startAndWaitToBeKilled(dir)
	}
	os.Exit(m.Run())
}

func TestControlPlane(t *testing.T) {
	g := NewWithT(t)
	c := start(t, t.TempDir())
	admin := kubernetes.NewForConfigOrDie(c.Config())
	pids := pids(g, c.dir)
	g.Expect(pids).To(HaveLen(3))

	t.Run("deletes a namespace with its contents", func(t *testing.T) {
		g, ctx := NewWithT(t), t.Context()
		createNamespace(g, admin, "doomed")
		createConfigMap(g, admin, "doomed", "inside")
		g.Expect(admin.CoreV1().Namespaces().Delete(ctx, "doomed", metav1.DeleteOptions{})).To(Succeed())
		g.Eventually(func() error {
			_, err := admin.CoreV1().Namespaces().Get(ctx, "doomed", metav1.GetOptions{})
			return err
		}, soon, poll).Should(Satisfy(apierrors.IsNotFound))
	})

	t.Run("collects what an object owned", func(t *testing.T) {
		g, ctx := NewWithT(t), t.Context()
		maps := admin.CoreV1().ConfigMaps("default")
		owner := createConfigMap(g, admin, "default", "owner")
		createConfigMap(g, admin, "default", "owned", metav1.OwnerReference{
			APIVersion: "v1", Kind: "ConfigMap", Name: owner.Name, UID: owner.UID,
		})
		g.Expect(maps.Delete(ctx, "owner", metav1.DeleteOptions{})).To(Succeed())
		g.Eventually(func() error {
			_, err := maps.Get(ctx, "owned", metav1.GetOptions{})
			return err
		}, soon, poll).Should(Satisfy(apierrors.IsNotFound))
	})

	t.Run("issues service-account tokens that sign in", func(t *testing.T) {
		g, ctx := NewWithT(t), t.Context()
		g.Eventually(func(g Gomega) {
			token, err := admin.CoreV1().ServiceAccounts("default").
				CreateToken(ctx, "default", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
			g.Expect(err).NotTo(HaveOccurred())
			config := rest.AnonymousClientConfig(c.Config())
			config.BearerToken = token.Status.Token
			g.Expect(whoAmI(ctx, g, config).Username).To(Equal("system:serviceaccount:default:default"))
		}, soon, poll).Should(Succeed())
	})

	t.Run("acts as other users, with their rights only", func(t *testing.T) {
		g, ctx := NewWithT(t), t.Context()
		config := c.ConfigFor("john@zylker.com", "staff")
		user := whoAmI(ctx, g, config)
		g.Expect(user.Username).To(Equal("john@zylker.com"))
		g.Expect(user.Groups).To(ContainElement("staff"))
		_, err := kubernetes.NewForConfigOrDie(config).CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
		g.Expect(err).To(Satisfy(apierrors.IsForbidden))
	})

	t.Run("writes a kubeconfig of the administrator", func(t *testing.T) {
		g := NewWithT(t)
		config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(whoAmI(t.Context(), g, config).Groups).To(ContainElement("system:masters"))
	})

	t.Run("is shared with others, who stop nothing", func(t *testing.T) {
		g := NewWithT(t)
		g.Expect(c.Share()).To(Succeed())
		attached, err := Attach(c.Dir())
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(whoAmI(t.Context(), g, attached.Config()).Groups).To(ContainElement("system:masters"))
		john, err := attached.ConfigWithCertificate("john@zylker.com", "staff")
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(whoAmI(t.Context(), g, john).Groups).To(ContainElement("staff"))
		g.Expect(attached.RestartControllers()).To(MatchError(errNotOurs))
		g.Expect(attached.Stop()).To(Succeed())
		g.Expect(whoAmI(t.Context(), g, john).Username).To(Equal("john@zylker.com"))
	})

	t.Run("restarts its controllers", func(t *testing.T) {
		g := NewWithT(t)
		g.Expect(c.RestartControllers()).To(Succeed())
		g.Expect(running(c.dir, pids)).To(HaveLen(2))
	})

	t.Run("refuses to share its folder", func(t *testing.T) {
		g := NewWithT(t)
		_, err := Start(t.Context(), Options{Dir: c.dir})
		var locked *process.LockedError
		g.Expect(errors.As(err, &locked)).To(BeTrue(), "%v", err)
		g.Expect(locked.Holder).To(ContainSubstring(strconv.Itoa(os.Getpid())))
	})

	t.Run("runs beside another", func(t *testing.T) {
		g := NewWithT(t)
		other := start(t, t.TempDir())
		createNamespace(g, kubernetes.NewForConfigOrDie(other.Config()), "only-there")
		_, err := admin.CoreV1().Namespaces().Get(t.Context(), "only-there", metav1.GetOptions{})
		g.Expect(err).To(Satisfy(apierrors.IsNotFound))
	})

	t.Run("stops without a trace", func(t *testing.T) {
		g := NewWithT(t)
		g.Expect(c.Stop()).To(Succeed())
		g.Expect(running(c.dir, pids)).To(BeEmpty())
		g.Expect(filepath.Glob(filepath.Join(c.dir, "*.pid"))).To(BeEmpty())
	})
}

func TestKilledParent(t *testing.T) {
	g := NewWithT(t)
	dir := t.TempDir()
	helper := exec.Command(os.Args[0])
	helper.Env = append(os.Environ(), helperDir+"="+dir)
	helper.Stderr = os.Stderr
	out, err := helper.StdoutPipe()
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(helper.Start()).To(Succeed())
	defer func() { _ = helper.Process.Kill() }()
	g.Expect(bufio.NewReader(out).ReadString('\n')).To(Equal("started\n"))
	pids := pids(g, dir)
	g.Expect(running(dir, pids)).To(HaveLen(3))

	g.Expect(helper.Process.Kill()).To(Succeed())
	_ = helper.Wait()
	if runtime.GOOS == "linux" { // elsewhere they live until the next start
		g.Eventually(func() []int { return running(dir, pids) }, soon, poll).Should(BeEmpty())
	}

	c := start(t, dir)
	g.Expect(running(dir, pids)).To(BeEmpty())
	createNamespace(g, kubernetes.NewForConfigOrDie(c.Config()), "after-recovery")
}

func TestAnotherPortIsTried(t *testing.T) {
	g, ctx := NewWithT(t), t.Context()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	g.Expect(err).NotTo(HaveOccurred())
	defer taken.Close()
	tried := 0
	takenFirst := func() (int, error) {
		tried++
		if tried == 1 {
			return taken.Addr().(*net.TCPAddr).Port, nil
		}
		return FreePort()
	}

	assets, err := FindAssets("")
	g.Expect(err).NotTo(HaveOccurred())
	c := &ControlPlane{dir: t.TempDir(), assets: assets, out: io.Discard}
	defer func() { g.Expect(c.Stop()).To(Succeed()) }()
	g.Expect(c.prepare(ctx)).To(Succeed())
	g.Expect(c.startEtcd()).To(Succeed())
	g.Expect(c.startAPIServer(ctx, takenFirst)).To(Succeed())
	g.Expect(tried).To(Equal(2))
	createNamespace(g, kubernetes.NewForConfigOrDie(c.Config()), "reached")
}

func TestMissingBinaries(t *testing.T) {
	g := NewWithT(t)
	assets := t.TempDir()
	g.Expect(os.WriteFile(filepath.Join(assets, "etcd"), nil, 0o700)).To(Succeed())
	_, err := Start(t.Context(), Options{Dir: t.TempDir(), Assets: assets})
	g.Expect(err).To(MatchError(And(
		ContainSubstring("kube-apiserver, kube-controller-manager, kubectl missing"),
		ContainSubstring("make controlplane"))))
}

func start(t *testing.T, dir string) *ControlPlane {
	t.Helper()
	c, err := Start(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func startAndWaitToBeKilled(dir string) {
	if _, err := Start(context.Background(), Options{Dir: dir}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("started")
	select {}
}

func createNamespace(g Gomega, client kubernetes.Interface, name string) {
	_, err := client.CoreV1().Namespaces().Create(context.Background(),
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	g.Expect(err).NotTo(HaveOccurred())
}

func createConfigMap(g Gomega, client kubernetes.Interface, namespace, name string, owners ...metav1.OwnerReference) *corev1.ConfigMap {
	m, err := client.CoreV1().ConfigMaps(namespace).Create(context.Background(),
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, OwnerReferences: owners}}, metav1.CreateOptions{})
	g.Expect(err).NotTo(HaveOccurred())
	return m
}

func whoAmI(ctx context.Context, g Gomega, config *rest.Config) authenticationv1.UserInfo {
	review, err := kubernetes.NewForConfigOrDie(config).AuthenticationV1().SelfSubjectReviews().
		Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	g.Expect(err).NotTo(HaveOccurred())
	return review.Status.UserInfo
}

// pids of the processes that the control plane in dir recorded.
func pids(g Gomega, dir string) []int {
	files, err := filepath.Glob(filepath.Join(dir, "*.pid"))
	g.Expect(err).NotTo(HaveOccurred())
	var pids []int
	for _, file := range files {
		data, err := os.ReadFile(file)
		g.Expect(err).NotTo(HaveOccurred())
		pid, err := strconv.Atoi(string(data))
		g.Expect(err).NotTo(HaveOccurred())
		pids = append(pids, pid)
	}
	return pids
}

func running(dir string, pids []int) []int {
	var alive []int
	for _, pid := range pids {
		if process.IsOurs(dir, pid) {
			alive = append(alive, pid)
		}
	}
	return alive
}

// TestFreePorts: a program that asks for several gets as many.
func TestFreePorts(t *testing.T) {
	const many = 100
	ports, err := FreePorts(many)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ports)
	if n := len(slices.Compact(ports)); n != many {
		t.Errorf("%d different ports of %d", n, many)
	}
}
