// SPDX-License-Identifier: Apache-2.0

package controlplane

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"

	"github.com/polyorg/polyorg/internal/controlplane/process"
)

const (
	lockFile = "lock"
	// portAttempts is the number of ports to try when another process takes the free one first.
	portAttempts = 5
	// serviceCIDR makes ClusterIPs loopback addresses: a process that binds one is the Service's back end.
	serviceCIDR = "127.10.0.0/24"
	// etcd listens on sockets in the folder, which only its owner may enter: no port, no certificate, no clash. The names have the form
	// host:port because etcd requires it.
	etcdClients, etcdPeers = "unix://etcd-clients:0", "unix://etcd-peers:0"
)

// controllers are the controllers without which a test would observe something else than in a real cluster.
var controllers = strings.Join([]string{
	"garbage-collector-controller",
	"namespace-controller",
	"serviceaccount-controller",
	"serviceaccount-token-controller",
	"clusterrole-aggregation-controller",
	"root-ca-certificate-publisher-controller",
	"resourcequota-controller",
	"validatingadmissionpolicy-status-controller",
}, ",")

var errPortTaken = errors.New("the port was taken by somebody else meanwhile")

func (c *ControlPlane) start(ctx context.Context) error {
	if err := c.prepare(ctx); err != nil {
		return err
	}
	if err := c.startEtcd(); err != nil {
		return err
	}
	if err := c.startAPIServer(ctx, FreePort); err != nil {
		return err
	}
	if c.install != nil {
		if err := c.install(ctx, c); err != nil {
			return err
		}
	}
	c.say("Starting kube-controller-manager")
	return c.startControllerManager()
}

// prepare claims the folder, ends the processes and removes the files of an earlier run, and makes new certificates.
func (c *ControlPlane) prepare(ctx context.Context) error {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	unlock, err := process.Lock(c.path(lockFile), fmt.Sprintf("process %d", os.Getpid()))
	if err != nil {
		return err
	}
	c.unlock = unlock
	if err := process.Reap(ctx, c.dir); err != nil {
		return err
	}
	if err := c.clear(); err != nil {
		return err
	}
	return c.writeCertificates()
}

// clear removes the data and logs of an earlier run; everything else is overwritten.
func (c *ControlPlane) clear() error {
	logs, err := filepath.Glob(c.path("*.log"))
	errs := []error{err, os.RemoveAll(c.path("data"))}
	for _, log := range logs {
		errs = append(errs, os.Remove(log))
	}
	return errors.Join(errs...)
}

func (c *ControlPlane) startEtcd() error {
	c.say("Starting etcd")
	return c.run("etcd",
		"--name=trial",
		"--data-dir="+c.path("data"),
		"--unsafe-no-fsync",
		"--log-level=warn",
		"--listen-client-urls="+etcdClients, "--advertise-client-urls="+etcdClients,
		"--listen-peer-urls="+etcdPeers, "--initial-advertise-peer-urls="+etcdPeers,
		"--initial-cluster=trial="+etcdPeers)
}

// startAPIServer returns when the API server is ready. No port can be reserved for it, so after a clash it tries another one.
func (c *ControlPlane) startAPIServer(ctx context.Context, nextPort func() (int, error)) error {
	for attempt := 1; ; attempt++ {
		port, err := nextPort()
		if err != nil {
			return err
		}
		err = c.tryAPIServer(ctx, port)
		if !errors.Is(err, errPortTaken) || attempt == portAttempts {
			return err
		}
		c.processes = c.processes[:len(c.processes)-1]
		c.say("Port %d was taken meanwhile, trying another", port)
	}
}

func (c *ControlPlane) tryAPIServer(ctx context.Context, port int) error {
	c.say("Starting kube-apiserver on port %d", port)
	if err := c.writeKubeconfigs(port); err != nil {
		return err
	}
	webhooks, err := c.introduceToWebhooks()
	if err != nil {
		return err
	}
	err = c.run("kube-apiserver", append(webhooks,
		"--etcd-servers="+etcdClients,
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", port),
		"--endpoint-reconciler-type=none",
		"--service-cluster-ip-range="+serviceCIDR,
		"--authorization-mode=RBAC",
		"--tls-cert-file="+c.path("server.crt"), "--tls-private-key-file="+c.path("server.key"),
		"--client-ca-file="+c.CAFile(),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+c.path("tokens.key"),
		"--service-account-signing-key-file="+c.path("tokens.key"))...)
	if err != nil {
		return err
	}
	return c.waitReady(ctx)
}

// waitReady polls the API server's own judgement, and gives up when it or etcd ends.
func (c *ControlPlane) waitReady(ctx context.Context) error {
	client, err := kubernetes.NewForConfig(c.admin)
	if err != nil {
		return err
	}
	var last error
	err = wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		if err := c.ended(); err != nil {
			return false, err
		}
		var body []byte
		body, last = client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
		return last == nil && string(body) == "ok", nil
	})
	if ctx.Err() != nil {
		return fmt.Errorf("kube-apiserver is not ready: %w (log: %s)", errors.Join(err, last), c.path("kube-apiserver.log"))
	}
	return err
}

// Check returns an error that says which process of the control plane has ended, if one has.
func (c *ControlPlane) Check() error { return c.ended() }

// ended says which process ended, and distinguishes a lost race for the port from every other end.
func (c *ControlPlane) ended() error {
	for _, p := range c.processes {
		switch {
		case p.Running():
		case p.PortTaken():
			return errPortTaken
		default:
			return p.Err()
		}
	}
	return nil
}

// startControllerManager gives each controller its own service account, as real clusters do, so that admission can distinguish them.
func (c *ControlPlane) startControllerManager() error {
	return c.run("kube-controller-manager",
		"--kubeconfig="+c.path("controllers.kubeconfig"),
		"--use-service-account-credentials",
		"--controllers="+controllers,
		"--service-account-private-key-file="+c.path("tokens.key"),
		"--root-ca-file="+c.CAFile(),
		"--leader-elect=false",
		"--secure-port=0")
}

func (c *ControlPlane) run(name string, args ...string) error {
	p, err := process.Start(process.Command{Path: filepath.Join(c.assets, name), Args: args, Env: c.env, Dir: c.dir})
	if err != nil {
		return err
	}
	c.processes = append(c.processes, p)
	return nil
}

func (c *ControlPlane) path(name string) string { return filepath.Join(c.dir, name) }

// FreePort is a port of 127.0.0.1 that no process uses at the moment. Another process may take it.
func FreePort() (int, error) {
	ports, err := FreePorts(1)
	if err != nil {
		return 0, err
	}
	return ports[0], nil
}

// FreePorts are different ports of that kind. Each stays open until all others are found, so that none is given twice.
func FreePorts(n int) ([]int, error) {
	if n == 0 {
		return nil, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer l.Close()
	others, err := FreePorts(n - 1)
	return append(others, l.Addr().(*net.TCPAddr).Port), err
}
