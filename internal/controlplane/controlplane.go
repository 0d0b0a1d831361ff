// SPDX-License-Identifier: Apache-2.0

// Package controlplane runs a real Kubernetes control plane on loopback, for tests and trials. It has etcd, the API server, and the
// controllers that collect garbage and empty namespaces. It has no kubelet, so no pod runs.
package controlplane

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"

	"github.com/polyorg/polyorg/internal/controlplane/pki"
	"github.com/polyorg/polyorg/internal/controlplane/process"
)

// startTimeout bounds the wait for a control plane to get ready, which takes seconds on an idle machine.
const startTimeout = 3 * time.Minute

// Options says where and how a control plane runs.
type Options struct {
	// Dir receives certificates, data and logs, all made anew at each start.
	Dir string
	// Assets is the folder with the binaries; by default $KUBEBUILDER_ASSETS, else bin/controlplane of the module
	// that the working directory is in.
	Assets string
	// WebhookClient is the name in the client certificate that the API server presents to webhooks. The control plane's own authority signs
	// it. Empty: the API server presents none.
	WebhookClient string
	// Install, unless nil, is done while the API server is ready and no controller runs. The controllers know kinds that it installs; of
	// later ones they learn within 30 seconds.
	Install func(context.Context, *ControlPlane) error
	// Env is added to the environment of each process.
	Env []string
	// Out receives a line about each step, unless nil.
	Out io.Writer
}

// ControlPlane is a running control plane. Its methods are not meant to be called at the same time.
type ControlPlane struct {
	dir, assets   string
	webhookClient string
	install       func(context.Context, *ControlPlane) error
	env           []string
	out           io.Writer
	unlock        func()
	ca            *pki.Authority
	admin         *rest.Config
	controllers   *rest.Config
	processes     []*process.Process // in the order of their start
}

// Start returns a control plane whose API server is ready. The context bounds the start alone. Start clears a folder that a killed run left
// behind, and ends its processes that still run. It refuses a folder that is in use with a process.LockedError.
func Start(ctx context.Context, o Options) (*ControlPlane, error) {
	assets, err := FindAssets(o.Assets)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	c := &ControlPlane{dir: dir, assets: assets, webhookClient: o.WebhookClient, install: o.Install, env: o.Env, out: o.Out}
	if c.out == nil {
		c.out = io.Discard
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

// Config authenticates as cluster administrator, and is not throttled.
func (c *ControlPlane) Config() *rest.Config { return rest.CopyConfig(c.admin) }

// ConfigFor acts as another user, with the rights of that user and these groups.
func (c *ControlPlane) ConfigFor(user string, groups ...string) *rest.Config {
	config := c.Config()
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: groups}
	return config
}

// Kubeconfig is the path of the administrator's kubeconfig file.
func (c *ControlPlane) Kubeconfig() string { return filepath.Join(c.dir, "kubeconfig") }

// CAFile is the path of the certificate of the authority that signs all others.
func (c *ControlPlane) CAFile() string { return c.path("ca.crt") }

// Dir is the folder of the control plane.
func (c *ControlPlane) Dir() string { return c.dir }

// Kubectl is the path of the kubectl that belongs to the control plane.
func (c *ControlPlane) Kubectl() string { return filepath.Join(c.assets, "kubectl") }

// RestartControllers tells the controllers about kinds that were just installed. Otherwise they learn of them within 30 seconds, and
// collect no garbage of these kinds until then.
func (c *ControlPlane) RestartControllers() error {
	last := len(c.processes) - 1
	if last < 0 {
		return errNotOurs
	}
	if err := c.processes[last].Kill(); err != nil {
		return err
	}
	c.processes = c.processes[:last]
	c.say("Starting kube-controller-manager anew, for the kinds that are there now")
	return c.startControllerManager()
}

// Wait returns when a process of the control plane ends without Stop, with an error that says which and why. It returns nil when the
// context ends.
func (c *ControlPlane) Wait(ctx context.Context) error {
	if p := process.WaitAny(ctx, c.processes...); p != nil {
		return p.Err()
	}
	return nil
}

// Stop ends the control plane and returns when every process is gone. Logs and data stay where they are.
func (c *ControlPlane) Stop() error {
	err := c.stopProcesses()
	if c.unlock != nil {
		c.unlock()
		c.unlock = nil
	}
	return err
}

// stopProcesses kills, the last started first: a trial needs no graceful end.
func (c *ControlPlane) stopProcesses() error {
	var errs []error
	for i := len(c.processes) - 1; i >= 0; i-- {
		errs = append(errs, c.processes[i].Kill())
	}
	c.processes = nil
	return errors.Join(errs...)
}

func (c *ControlPlane) say(format string, a ...any) { fmt.Fprintf(c.out, format+"\n", a...) }
