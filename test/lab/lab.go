// SPDX-License-Identifier: Apache-2.0

// Package lab is a small cluster for tests with Ginkgo: a control plane of test/planes, replicas of the operator, and people who sign in.
// The replicas are processes of their own, with the rights that are shipped.
package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/sandbox"
	"github.com/polyorg/polyorg/test/planes"
)

const (
	// Soon bounds the wait for events that happen by themselves, on a busy machine.
	Soon = time.Minute
	// SystemNamespace is the operator's namespace.
	SystemNamespace = "polyorg-system"
)

// Scheme knows Kubernetes' kinds and ours.
var Scheme = runtime.NewScheme()

func init() {
	utilruntime.Must(clientgoscheme.AddToScheme(Scheme))
	utilruntime.Must(v1alpha1.AddToScheme(Scheme))
}

// Options are the differences from a plain cluster.
type Options struct {
	// Replicas is how many replicas the operator has; 2 by default.
	Replicas int
	// Manager is the path of the operator's program. By default it is $POLYORG_MANAGER, or else cmd/manager, built anew.
	Manager string
	// Bare asks for a control plane of its own without our kinds, as `make run` starts it.
	Bare bool
	// Prepare adds to the cluster what must be there before the operator starts, unless nil. The lab has its control plane and its client then.
	Prepare func(context.Context, *Lab)
	// Configure changes the operator's configuration, unless nil.
	Configure func(*config.OperatorConfig)
}

// Lab is a running cluster.
type Lab struct {
	Control  *controlplane.ControlPlane
	Operator *sandbox.Sandbox
	// Platform acts as the cluster's administrator, who is a platform actor.
	Platform client.WithWatch
	// Root is the folder of the module, Config the operator's configuration.
	Root   string
	Config config.OperatorConfig

	cache string // kubectl's
	dir   string // the replicas'
}

// Start runs a cluster until the end of the suite or the spec that calls it.
func Start(ctx context.Context, o Options) *Lab {
	GinkgoHelper()
	Settings()
	l := &Lab{cache: GinkgoT().TempDir()}
	var err error
	l.Root, err = controlplane.ModuleRoot()
	Expect(err).NotTo(HaveOccurred())
	if o.Bare {
		l.Control = barePlane(ctx)
	} else {
		l.Control = Plane(ctx, false)
	}
	l.Platform = Client(l.Control.Config())
	if o.Prepare != nil {
		o.Prepare(ctx, l)
	}
	l.startOperator(ctx, o)
	if o.Bare {
		Expect(l.Control.RestartControllers()).To(Succeed())
	}
	return l
}

// barePlane is a control plane without our kinds.
func barePlane(ctx context.Context) *controlplane.ControlPlane {
	GinkgoHelper()
	control, err := controlplane.Start(ctx, controlplane.Options{Dir: GinkgoT().TempDir(), WebhookClient: planes.APIServer, Out: GinkgoWriter})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(control.Stop()).To(Succeed()) })
	return control
}

// Settings are common to all suites.
func Settings() {
	ctrl.SetLogger(zap.New(zap.WriteTo(GinkgoWriter)))
	SetDefaultEventuallyTimeout(Soon)
	SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
}

// Plane is a control plane with our kinds and nothing else, until the end of the suite or the spec that calls it. It comes from the pool,
// if there is one and the suite does not need its own.
func Plane(ctx context.Context, own bool) *controlplane.ControlPlane {
	GinkgoHelper()
	get := planes.Take
	if own {
		get = planes.StartOwn
	}
	control, giveBack, err := get(ctx, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(giveBack()).To(Succeed()) })
	return control
}

// noResolver refuses to answer. No test asks the Internet for the DNS records of custom domains.
const noResolver = "127.0.0.1:9"

func (l *Lab) startOperator(ctx context.Context, o Options) {
	GinkgoHelper()
	shipped, err := config.Load(filepath.Join(l.Root, "config", "manager", "config.yaml"))
	Expect(err).NotTo(HaveOccurred())
	l.Config = *shipped
	l.Config.Domains.Resolver = noResolver
	if o.Configure != nil {
		o.Configure(&l.Config)
	}
	if o.Manager == "" {
		o.Manager = Manager(ctx)
	}
	dir := GinkgoT().TempDir()
	l.dir = dir
	l.Operator, err = sandbox.Start(ctx, sandbox.Options{
		Dir: dir, Kubeconfig: l.Control.Kubeconfig(), Kubectl: l.Control.Kubectl(), Manager: o.Manager,
		Manifests: filepath.Join(l.Root, "config", "sandbox"), Config: l.Config, Replicas: o.Replicas, Out: GinkgoWriter,
	})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		stopped := l.Operator.Stop()
		showLogs(dir)
		Expect(stopped).To(Succeed())
	})
}

// Logs are the replicas' logs, by their files.
func (l *Lab) Logs() map[string]string {
	GinkgoHelper()
	files, err := filepath.Glob(filepath.Join(l.dir, "replica-*", "*.log"))
	Expect(err).NotTo(HaveOccurred())
	logs := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		Expect(err).NotTo(HaveOccurred())
		logs[file] = string(text)
	}
	return logs
}

// showLogs keeps the replicas' logs for the search after a failure. Ginkgo shows them only then.
func showLogs(dir string) {
	logs, _ := filepath.Glob(filepath.Join(dir, "replica-*", "*.log"))
	for _, log := range logs {
		data, err := os.ReadFile(log)
		fmt.Fprintf(GinkgoWriter, "%s (%v):\n%s\n", log, err, data)
	}
}

// Client makes a client without a cache.
func Client(of *rest.Config) client.WithWatch { return newClient(of, nil) }

func newClient(of *rest.Config, mapper meta.RESTMapper) client.WithWatch {
	GinkgoHelper()
	c, err := client.NewWithWatch(of, client.Options{Scheme: Scheme, Mapper: mapper})
	Expect(err).NotTo(HaveOccurred())
	return c
}

// client makes a client for another person than the administrator. All clients share the discovery of the API server's kinds.
func (l *Lab) client(of *rest.Config) client.WithWatch { return newClient(of, l.Platform.RESTMapper()) }

// As impersonates a person who signed in, with the rights that RBAC gives them and no more.
func (l *Lab) As(user string, groups ...string) client.WithWatch {
	GinkgoHelper()
	return l.client(l.Control.ConfigFor(user, append(groups, "system:authenticated")...))
}

// WithCertificate acts as a person who signed in by a client certificate, with the rights that RBAC gives them and no more.
func (l *Lab) WithCertificate(user string, groups ...string) client.WithWatch {
	GinkgoHelper()
	signedIn, err := l.Control.ConfigWithCertificate(user, groups...)
	Expect(err).NotTo(HaveOccurred())
	return l.client(signedIn)
}

// Kubectl runs the real kubectl as the administrator, and returns both of its outputs.
func (l *Lab) Kubectl(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, l.Control.Kubectl(), args...)
	command.Env = append(os.Environ(), "KUBECONFIG="+l.Control.Kubeconfig(), "KUBECACHEDIR="+l.cache)
	said, err := command.CombinedOutput()
	return string(said), err
}
