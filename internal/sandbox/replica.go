// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/yaml"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/controlplane/pki"
	"github.com/polyorg/polyorg/internal/controlplane/process"
)

const (
	// healthPeriod is the interval between readiness probes; a cluster takes seconds longer to notice.
	healthPeriod = 200 * time.Millisecond
	// portAttempts is the number of starts of a replica when another process takes one of its ports first.
	portAttempts = 5
)

var errPortTaken = errors.New("its ports are taken time and again")

// replica is one operator process, under one name across its restarts.
type replica struct {
	name, dir, manager, kubeconfig string

	ready atomic.Bool // by the last probe

	mu      sync.Mutex // guards what a restart changes
	config  config.OperatorConfig
	process *process.Process
}

func newReplica(i int, o Options) *replica {
	name := fmt.Sprintf("replica-%d", i)
	return &replica{
		name: name, dir: filepath.Join(o.Dir, name), manager: o.Manager,
		kubeconfig: filepath.Join(o.Dir, operatorKubeconfig), config: o.Config,
	}
}

// prepare makes the folder with the certificate, and ends processes of an earlier run in it.
func (r *replica) prepare(ctx context.Context, ca *pki.Authority) error {
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return err
	}
	if err := process.Reap(ctx, r.dir); err != nil {
		return err
	}
	pair, err := ca.Server("127.0.0.1")
	if err != nil {
		return err
	}
	return errors.Join(pair.Write(r.dir, "tls"), os.WriteFile(r.callersFile(), ca.Cert(), 0o600))
}

// callersFile has the authority that signs the front's client certificate.
func (r *replica) callersFile() string { return filepath.Join(r.dir, "callers.crt") }

// start runs the process on fresh ports.
func (r *replica) start() error {
	c := r.addresses()
	c.Webhook.CertDir = r.dir
	if required := c.Webhook.ClientCertificates; required != nil {
		c.Webhook.ClientCertificates = &config.ClientCertificates{CAFile: r.callersFile(), AllowedNames: required.AllowedNames}
	}
	listeners := []*config.Listener{&c.Webhook.Listener, &c.Metrics, &c.Health}
	if c.InvitationPage != nil {
		c.InvitationPage = &config.InvitationPage{URL: c.InvitationPage.URL}
		listeners = append(listeners, &c.InvitationPage.Listener)
	}
	if c.Ingress.Fallback != nil {
		own := *c.Ingress.Fallback
		c.Ingress.Fallback = &own
		listeners = append(listeners, &own.Listener)
	}
	ports, err := controlplane.FreePorts(len(listeners))
	if err != nil {
		return err
	}
	for i, l := range listeners {
		l.BindAddress = fmt.Sprintf("127.0.0.1:%d", ports[i])
	}
	file := filepath.Join(r.dir, "config.yaml")
	data, err := yaml.Marshal(c)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return err
	}
	p, err := process.Start(process.Command{
		Path: r.manager, Args: []string{"--config", file}, Env: []string{"KUBECONFIG=" + r.kubeconfig},
		Dir: r.dir, Name: "manager",
	})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.config, r.process = c, p
	return nil
}

// reconfigure changes the configuration for the next start.
func (r *replica) reconfigure(change func(*config.OperatorConfig)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.config)
}

// waitReady returns when the replica is ready. It starts the replica again if that lost a race for a port.
func (r *replica) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyTimeout, fmt.Errorf("not ready within %s", readyTimeout))
	defer cancel()
	lost := 0
	err := wait.PollUntilContextCancel(ctx, healthPeriod/2, true, func(context.Context) (bool, error) {
		switch p := r.current(); {
		case p.Running():
			return r.ready.Load(), nil
		case !p.PortTaken():
			return false, p.Err()
		case lost == portAttempts:
			return false, errors.Join(errPortTaken, p.Err())
		default:
			lost++
			return false, r.start()
		}
	})
	if ctx.Err() != nil {
		err = fmt.Errorf("%w (log: %s)", context.Cause(ctx), r.current().Log())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	return nil
}

// watchHealth keeps ready up to date until the context ends.
func (r *replica) watchHealth(ctx context.Context) {
	client := &http.Client{Timeout: time.Second}
	defer client.CloseIdleConnections()
	wait.UntilWithContext(ctx, func(ctx context.Context) {
		address := r.addresses().Health.BindAddress
		ok := isOK(ctx, client, "http://"+address+"/readyz")
		// The answer of a process that has been replaced meanwhile does not count.
		r.ready.Store(ok && address == r.addresses().Health.BindAddress)
	}, healthPeriod)
}

func isOK(ctx context.Context, client *http.Client, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func (r *replica) stop() error {
	if p := r.current(); p != nil {
		return p.Stop(stopTimeout)
	}
	return nil
}

func (r *replica) current() *process.Process {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.process
}

// addresses are the addresses in the configuration of the running process.
func (r *replica) addresses() config.OperatorConfig {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.config
}
