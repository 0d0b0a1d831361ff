// SPDX-License-Identifier: Apache-2.0

package routes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	testingclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayapi "sigs.k8s.io/gateway-api/apis/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/route/routetest"
	"github.com/polyorg/polyorg/test/planes"
)

// cluster is the control plane of the tests that need one, from the first of them on.
var cluster struct {
	once     sync.Once
	plane    *controlplane.ControlPlane
	giveBack func() error
	err      error
	kinds    sync.Once // those of the Gateway API and of Traefik
}

func TestMain(m *testing.M) {
	code := m.Run()
	if cluster.giveBack != nil {
		if err := cluster.giveBack(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

var scheme = runtime.NewScheme()

// admin is a client of the cluster without a cache.
func admin(t *testing.T) client.WithWatch {
	t.Helper()
	cluster.once.Do(func() {
		cluster.plane, cluster.giveBack, cluster.err = planes.Take(context.Background(), io.Discard)
		cluster.err = errors.Join(cluster.err, clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme), gatewayapi.Install(scheme))
	})
	if cluster.err != nil {
		t.Fatal(cluster.err)
	}
	c, err := client.NewWithWatch(cluster.plane.Config(), client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"polyorg-system", "crm-system"} {
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
		if err := c.Create(t.Context(), ns); err != nil && !strings.Contains(err.Error(), "already exists") {
			t.Fatal(err)
		}
	}
	return c
}

// middlewareKind is Traefik's kind without its schema.
const middlewareKind = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: middlewares.traefik.io}
spec:
  group: traefik.io
  scope: Namespaced
  names: {kind: Middleware, listKind: MiddlewareList, plural: middlewares, singular: middleware}
  versions:
    - name: v1alpha1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}}}
`

// installKinds installs the kinds of both modes.
func installKinds(t *testing.T) {
	t.Helper()
	admin(t)
	cluster.kinds.Do(func() {
		dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/gateway-api").Output()
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Join(strings.TrimSpace(string(dir)), "config", "crd", "standard", "gateway.networking.k8s.io_")
		kubectl(t, "", "apply", "--server-side", "-f", folder+"httproutes.yaml", "-f", folder+"referencegrants.yaml")
		kubectl(t, middlewareKind, "apply", "-f", "-")
		kubectl(t, "", "wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
	})
}

func kubectl(t *testing.T, input string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), cluster.plane.Kubectl(), append(args, "--kubeconfig="+cluster.plane.Kubeconfig())...)
	c.Stdin = strings.NewReader(input)
	if said, err := c.CombinedOutput(); err != nil {
		t.Fatalf("kubectl %v: %v\n%s", args, err, said)
	}
}

// organization is a stored organization with its namespace, as facts of a plan.
func organization(t *testing.T, name string) routetest.Facts {
	t.Helper()
	c, f := admin(t), routetest.Org(name)
	f.Organization.UID = ""
	f.Organization.Spec = v1alpha1.OrganizationSpec{DisplayName: name, SuperAdmin: "john@zylker.com"}
	if err := c.Create(t.Context(), f.Organization); err != nil {
		t.Fatal(err)
	}
	if err := c.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "org-" + name}}); err != nil {
		t.Fatal(err)
	}
	return f
}

// installation is a leader with a configuration. It runs no controllers: the tests say when it looks.
type installation struct {
	*Keeper
	clock  *testingclock.FakePassiveClock
	writes *atomic.Int64
}

func install(t *testing.T, cfg *config.OperatorConfig) installation {
	t.Helper()
	rest := *cluster.plane.Config()
	rest.QPS = -1
	i := installation{clock: testingclock.NewFakePassiveClock(time.Now()), writes: &atomic.Int64{}}
	rest.Wrap(func(next http.RoundTripper) http.RoundTripper { return counter{next, i.writes} })
	live, err := client.New(&rest, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	cached, err := cache.New(&rest, cache.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	if err := Register(t.Context(), cached, &cfg.Ingress); err != nil {
		t.Fatal(err)
	}
	go func() { _ = cached.Start(t.Context()) }()
	if !cached.WaitForCacheSync(t.Context()) {
		t.Fatal("the cache does not fill")
	}
	if i.Keeper, err = New(live, cached, live, cfg, i.clock); err != nil {
		t.Fatal(err)
	}
	return i
}

// counter counts writes.
type counter struct {
	http.RoundTripper
	writes *atomic.Int64
}

func (c counter) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		c.writes.Add(1)
	}
	return c.RoundTripper.RoundTrip(r)
}

// until tries something until it is done, and fails with the last reason.
func until(t *testing.T, done func() error) {
	t.Helper()
	var last error
	err := wait.PollUntilContextTimeout(t.Context(), 20*time.Millisecond, 20*time.Second, true, func(context.Context) (bool, error) {
		last = done()
		return last == nil, nil
	})
	if err != nil {
		t.Fatal(last)
	}
}
