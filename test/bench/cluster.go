// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/controlplane/pki"
)

const (
	systemNamespace = "polyorg-system"
	operatorAccount = "polyorg-operator"
	baseDomain      = "crm.example.com"
	// many is how many requests prepare a cluster at once.
	many = 32
)

// cluster is a control plane with Polyorg's kinds, and whatever a mode adds to it.
type cluster struct {
	dir, root string
	control   *controlplane.ControlPlane
	scheme    *runtime.Scheme
	admin     client.WithWatch
	ca        *pki.Authority
	relay     *relay
	replicas  []*replica
	orgs      []string
	// configure, if there is one, changes the configuration of the operators that start.
	configure func(*config.OperatorConfig)
}

func startCluster(ctx context.Context) (*cluster, error) {
	root, err := controlplane.ModuleRoot()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "polyorg-bench-")
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, root: root, scheme: runtime.NewScheme()}
	if err := c.start(ctx); err != nil {
		c.stop()
		return nil, err
	}
	return c, nil
}

func (c *cluster) start(ctx context.Context) error {
	var err error
	if c.control, err = controlplane.Start(ctx, controlplane.Options{Dir: c.dir}); err != nil {
		return err
	}
	if err := errors.Join(c.stopControllerManager(), clientgoscheme.AddToScheme(c.scheme), v1alpha1.AddToScheme(c.scheme)); err != nil {
		return err
	}
	if c.ca, err = pki.NewAuthority("polyorg-bench"); err != nil {
		return err
	}
	if c.relay, err = newRelay(); err != nil {
		return err
	}
	if c.admin, err = client.NewWithWatch(c.control.Config(), client.Options{Scheme: c.scheme}); err != nil {
		return err
	}
	return c.install(ctx)
}

// stopControllerManager ends a process that the benchmark does not need. There is no garbage, no namespace is deleted, and the quota's
// status is set by hand. So the two cores do only what is measured.
func (c *cluster) stopControllerManager() error {
	pid, err := c.pid("kube-controller-manager")
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// pid is the process ID of a part of the control plane.
func (c *cluster) pid(name string) (int, error) {
	text, err := os.ReadFile(filepath.Join(c.dir, name+".pid"))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// install applies the manifests of a cluster, except the webhooks.
func (c *cluster) install(ctx context.Context) error {
	kubectl := exec.CommandContext(ctx, c.control.Kubectl(), "apply", "--server-side", "-k", filepath.Join(c.root, "config", "sandbox"))
	kubectl.Env = append(os.Environ(), "KUBECONFIG="+c.control.Kubeconfig(), "KUBECACHEDIR="+filepath.Join(c.dir, "cache"))
	if out, err := kubectl.CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl apply: %w\n%s", err, out)
	}
	return c.removeWebhooks(ctx)
}

// populate makes organizations with seats for everybody, and their namespaces. A journal that judges must be open before that. Otherwise it
// finds objects that it did not admit, and waits for the drop time.
func (c *cluster) populate(ctx context.Context, organizations int) error {
	for i := range organizations {
		c.orgs = append(c.orgs, fmt.Sprintf("org-%05d", i))
	}
	return inParallel(organizations, func(i int) error {
		org := &v1alpha1.Organization{
			ObjectMeta: metav1.ObjectMeta{Name: c.orgs[i]},
			Spec: v1alpha1.OrganizationSpec{
				DisplayName: "Zylker", SuperAdmin: person("owner", i), Subscription: subscription(),
			},
		}
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
			Name: v1alpha1.NamespacePrefix + org.Name, Labels: map[string]string{v1alpha1.OrganizationLabel: org.Name},
		}}
		return errors.Join(c.admin.Create(ctx, namespace), c.admin.Create(ctx, org))
	})
}

// subscription is a subscription with seats for everybody.
func subscription() *v1alpha1.Subscription {
	return &v1alpha1.Subscription{Edition: v1alpha1.EditionEnterprise, Licenses: 1000000}
}

func (c *cluster) stop() {
	for _, r := range c.replicas {
		if err := r.process.Kill(); err != nil {
			say("%v", err)
		}
	}
	if c.relay != nil {
		c.relay.close()
	}
	if c.control != nil {
		if err := c.control.Stop(); err != nil {
			say("%v", err)
		}
	}
	if err := os.RemoveAll(c.dir); err != nil {
		say("%v", err)
	}
}

func person(what string, i int) string { return fmt.Sprintf("%s-%d@zylker.com", what, i) }

// inParallel calls f for 0 to n-1, several at once, and returns the errors.
func inParallel(n int, f func(i int) error) error {
	errs := make([]error, many)
	var all sync.WaitGroup
	for worker := range many {
		all.Go(func() {
			for i := worker; i < n && errs[worker] == nil; i += many {
				errs[worker] = f(i)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
