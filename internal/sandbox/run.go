// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/controlplane/process"
)

// RunOptions are the options of `sandbox run`.
type RunOptions struct {
	// Root is the clone's folder: programs are in its bin, manifests and samples in its config.
	Root string
	// Dir receives all files of the run, and is removed at its end. Only one run at a time has it.
	Dir string
	// Kubeconfig of an existing cluster; without it, a control plane is started.
	Kubeconfig string
	// Ingress chooses an ingress controller: IngressIfBuilt, IngressTraefik or IngressNone.
	Ingress string
	// Resolver is the DNS resolver that is asked for the records of custom domains, as address:port. Empty: those of this machine.
	Resolver string
	// Out receives the output for a person.
	Out io.Writer
}

// run is one `sandbox run`.
type run struct {
	RunOptions
	steps   *steps
	assets  string
	control *controlplane.ControlPlane // nil with an existing cluster
	sandbox *Sandbox
	inbox   *inbox
	entry   *entry // nil without an ingress controller
}

// Run shows Polyorg at work, until the context ends: a control plane, two replicas, the samples, and commands to try next. It leaves
// nothing behind; after an error it leaves its logs.
func Run(ctx context.Context, o RunOptions) error {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	unlock, err := lock(o)
	if err != nil {
		return err
	}
	defer unlock()
	r := &run{RunOptions: o, steps: newSteps(o.Out)}
	err = r.show(ctx)
	if ctx.Err() != nil {
		err = nil // it was ended, whatever that interrupted
	}
	r.steps.say("Stopping")
	if err = errors.Join(err, r.stop()); err != nil {
		return fmt.Errorf("%w\n(logs are in %s)", err, short(o.Dir))
	}
	return os.RemoveAll(o.Dir)
}

func lock(o RunOptions) (unlock func(), err error) {
	kubeconfig := o.Kubeconfig
	if kubeconfig == "" {
		kubeconfig = filepath.Join(o.Dir, "kubeconfig")
	}
	unlock, err = process.Lock(filepath.Join(o.Dir, "lock"), fmt.Sprintf("process %d, kubeconfig %s", os.Getpid(), kubeconfig))
	var locked *process.LockedError
	if errors.As(err, &locked) {
		return nil, fmt.Errorf("the sandbox runs already in this clone (%s); stop it first, or use it", locked.Holder)
	}
	return unlock, err
}

// show returns when the context ends, or when the control plane or a replica ends.
func (r *run) show(ctx context.Context) error {
	if err := r.check(); err != nil {
		return err
	}
	if err := r.startControlPlane(ctx); err != nil {
		return err
	}
	if err := r.startEntry(ctx); err != nil {
		return err
	}
	if err := r.startSandbox(ctx); err != nil {
		return err
	}
	if err := r.sandbox.ApplySamples(ctx, filepath.Join(r.Root, "config", "samples")); err != nil {
		return err
	}
	if err := r.printTour(ctx); err != nil {
		return err
	}
	return r.keep(ctx)
}

// check looks for everything that is needed before it starts anything.
func (r *run) check() error {
	assets, err := controlplane.FindAssets(os.Getenv("KUBEBUILDER_ASSETS"))
	if err != nil {
		return err
	}
	r.assets = assets
	if _, err := os.Stat(r.manager()); err != nil {
		return fmt.Errorf("the operator is missing, build it with `make build`: %w", err)
	}
	if r.Kubeconfig != "" {
		if _, err := os.Stat(r.Kubeconfig); err != nil {
			return fmt.Errorf("the cluster's kubeconfig: %w", err)
		}
	}
	return nil
}

func (r *run) manager() string { return filepath.Join(r.Root, "bin", "manager") }

func (r *run) startControlPlane(ctx context.Context) (err error) {
	if r.Kubeconfig != "" {
		r.steps.say("Using the cluster of %s", short(r.Kubeconfig))
		return nil
	}
	r.control, err = controlplane.Start(ctx, controlplane.Options{
		Dir: filepath.Join(r.Dir, "controlplane"), Assets: r.assets, Out: r.steps,
	})
	if err != nil {
		return err
	}
	r.Kubeconfig = filepath.Join(r.Dir, "kubeconfig")
	if err := controlplane.WriteKubeconfig(r.Kubeconfig, r.control.Config()); err != nil {
		return err
	}
	return r.signInJohn()
}

// john is a person of the samples.
const john = "john"

// signInJohn writes a kubeconfig for a person, with a client certificate of their own: no impersonation, and the person's rights alone.
func (r *run) signInJohn() error {
	theirs, err := r.control.ConfigWithCertificate(john + "@zylker.com")
	if err != nil {
		return err
	}
	return controlplane.WriteKubeconfig(r.kubeconfigOf(john), theirs)
}

func (r *run) kubeconfigOf(person string) string { return filepath.Join(r.Dir, person+".kubeconfig") }

func (r *run) startSandbox(ctx context.Context) error {
	shipped, err := config.Load(filepath.Join(r.Root, "config", "manager", "config.yaml"))
	if err != nil {
		return err
	}
	if r.Resolver != "" {
		shipped.Domains.Resolver = r.Resolver
	}
	if r.inbox, err = startInbox(); err != nil {
		return err
	}
	if err := r.inbox.configure(shipped, r.Dir); err != nil {
		return err
	}
	if r.entry != nil {
		r.entry.configure(shipped)
	}
	r.sandbox, err = Start(ctx, Options{
		Dir:        filepath.Join(r.Dir, "operator"),
		Kubeconfig: r.Kubeconfig,
		Kubectl:    filepath.Join(r.assets, "kubectl"),
		Manager:    r.manager(),
		Manifests:  filepath.Join(r.Root, "config", "sandbox"),
		Config:     *shipped,
		Out:        r.steps,
	})
	if err != nil || r.control == nil {
		return err
	}
	if r.entry != nil {
		r.entry.follow(r.sandbox)
	}
	return r.control.RestartControllers()
}

// keep restarts a replica that ends, as a Deployment would, until the context or the control plane ends.
func (r *run) keep(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if r.control != nil {
		go func() { cancel(r.control.Wait(ctx)) }()
	}
	if r.entry != nil {
		go func() {
			if p := process.WaitAny(ctx, r.entry.traefik.Process()); p != nil {
				cancel(p.Err())
			}
		}()
	}
	for {
		i := r.sandbox.Wait(ctx)
		if i < 0 {
			return context.Cause(ctx)
		}
		how, _, _ := strings.Cut(r.sandbox.Process(i).Err().Error(), "\n")
		r.steps.say("replica-%d: %s; starting it again", i, how)
		if err := r.sandbox.Revive(ctx, i); err != nil {
			return err
		}
		r.steps.say("replica-%d is ready again (process %d)", i, r.sandbox.Process(i).Pid())
	}
}

func (r *run) stop() error {
	var errs []error
	if r.sandbox != nil {
		errs = append(errs, r.sandbox.Stop())
	}
	if r.entry != nil {
		errs = append(errs, r.entry.close())
	}
	if r.inbox != nil {
		errs = append(errs, r.inbox.close())
	}
	if r.control != nil {
		errs = append(errs, r.control.Stop())
	}
	return errors.Join(errs...)
}
