// SPDX-License-Identifier: Apache-2.0

// Package sandbox runs replicas of the operator beside a control plane, as a cluster would run them. Each is a process of its own, signed
// in as the operator's service account. One address spreads admission over those that are ready. Each can be killed, paused and restarted.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/controlplane/pki"
)

const (
	// namespace and account of the operator, as config/ names them.
	namespace = "polyorg-system"
	account   = "polyorg-operator"

	// readyTimeout bounds the wait for replicas to be ready, and for their webhooks to be reached.
	readyTimeout = 2 * time.Minute
	// stopTimeout bounds a replica's graceful end, and the removal of the webhooks.
	stopTimeout = 20 * time.Second
)

// Options says what to run, and where. All fields except Replicas and Out are required.
type Options struct {
	// Dir receives certificates, configuration and logs.
	Dir string
	// Kubeconfig is the file of an administrator of the cluster, whose API server must reach this machine's loopback.
	Kubeconfig string
	// Kubectl is the path of the program.
	Kubectl string
	// Manager is the path of the operator's program.
	Manager string
	// Manifests is the folder of the kustomization to install.
	Manifests string
	// Config is the operator's; each replica gets addresses and a certificate folder of its own. If it requires client certificates, the
	// replicas trust the sandbox's own authority, and the front has a certificate that it signed.
	Config config.OperatorConfig
	// Replicas is the number of replicas; 2 by default.
	Replicas int
	// Out receives a line about each step, unless nil.
	Out io.Writer
}

// Sandbox is a running set of replicas, numbered from 0.
type Sandbox struct {
	o        Options
	admin    *rest.Config
	kubectl  kubectl
	ca       *pki.Authority
	front    *front
	page     *front // of the page of invitations; nil if it is not served
	fallback *front // of hosts that lead to no CRM; nil if they are not served
	replicas []*replica
	watch    context.CancelFunc // ends the watch of the replicas' health
	webhooks []webhookConfiguration
}

// Start installs the manifests, starts the replicas, and returns when all are ready and the API server reaches them.
// The context bounds the start alone.
func Start(ctx context.Context, o Options) (*Sandbox, error) {
	s, err := newSandbox(o)
	if err != nil {
		return nil, err
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func newSandbox(o Options) (*Sandbox, error) {
	if o.Replicas == 0 {
		o.Replicas = 2
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	if _, err := os.Stat(o.Manager); err != nil {
		return nil, fmt.Errorf("the operator is missing (build it with `make build`): %w", err)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	o.Dir = dir
	admin, err := clientcmd.BuildConfigFromFlags("", o.Kubeconfig)
	if err != nil {
		return nil, err
	}
	ca, err := pki.NewAuthority("polyorg-sandbox")
	if err != nil {
		return nil, err
	}
	return &Sandbox{
		o: o, admin: admin, ca: ca,
		kubectl: kubectl{path: o.Kubectl, kubeconfig: o.Kubeconfig, cache: filepath.Join(o.Dir, "cache")},
	}, nil
}

func (s *Sandbox) start(ctx context.Context) error {
	if err := s.listen(); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.install(ctx); err != nil {
		return err
	}
	if err := s.signIn(ctx); err != nil {
		return err
	}
	if err := s.startReplicas(ctx); err != nil {
		return err
	}
	return s.proveReached(ctx)
}

// prepare makes every replica's folder, after ending processes of an earlier run in it.
func (s *Sandbox) prepare(ctx context.Context) error {
	for i := range s.o.Replicas {
		r := newReplica(i, s.o)
		if err := r.prepare(ctx, s.ca); err != nil {
			return err
		}
		s.replicas = append(s.replicas, r)
	}
	return nil
}

// listen opens the one address behind which the replicas serve.
func (s *Sandbox) listen() error {
	pair, err := s.ca.Server("127.0.0.1")
	if err != nil {
		return err
	}
	if s.front, err = newFront(pair, s.ca, s.backends(webhook)); err != nil {
		return err
	}
	if s.o.Config.InvitationPage != nil {
		if s.page, err = newPageFront(s.ca, s.backends(page)); err != nil {
			return err
		}
		s.o.Config.InvitationPage = &config.InvitationPage{URL: s.page.URL}
	}
	if s.o.Config.Ingress.Fallback != nil {
		if s.fallback, err = newHostsFront(s.ca, s.backends(fallback)); err != nil {
			return err
		}
	}
	return s.front.introduce(s.ca, s.o.Config.Webhook.ClientCertificates)
}

// webhook, page and fallback are the addresses at which a replica serves them.
func webhook(c config.OperatorConfig) string { return c.Webhook.BindAddress }

func page(c config.OperatorConfig) string { return c.InvitationPage.BindAddress }

func fallback(c config.OperatorConfig) string { return c.Ingress.Fallback.BindAddress }

// backends are the addresses at which the replicas serve something.
func (s *Sandbox) backends(address func(config.OperatorConfig) string) func() []backend {
	return func() []backend {
		all := make([]backend, len(s.replicas))
		for i, r := range s.replicas {
			all[i] = backend{address: address(r.addresses()), ready: r.ready.Load()}
		}
		return all
	}
}

// PageURL is the address of the page of invitations; empty if it is not served.
func (s *Sandbox) PageURL() string {
	if s.page == nil {
		return ""
	}
	return s.page.URL
}

// FallbackURL is the address of the server for hosts that lead to no CRM; empty if it is not served. An ingress controller sends requests there
// with their own Host.
func (s *Sandbox) FallbackURL() string {
	if s.fallback == nil {
		return ""
	}
	return s.fallback.URL
}

// signIn gives the replicas the service account of the manifests, so that the operator has exactly the shipped rights here.
func (s *Sandbox) signIn(ctx context.Context) error {
	token, err := s.serviceAccountToken(ctx)
	if err != nil {
		return err
	}
	c := rest.AnonymousClientConfig(s.admin)
	c.BearerToken = token
	return controlplane.WriteKubeconfig(filepath.Join(s.o.Dir, operatorKubeconfig), c)
}

// startReplicas starts them all, and then waits for each.
func (s *Sandbox) startReplicas(ctx context.Context) error {
	watch, cancel := context.WithCancel(context.Background())
	s.watch = cancel
	for _, r := range s.replicas {
		s.say("Starting %s", r.name)
		if err := r.start(); err != nil {
			return err
		}
		go r.watchHealth(watch)
	}
	for _, r := range s.replicas {
		s.say("Waiting for %s to be ready (process %d, log %s)", r.name, r.current().Pid(), r.current().Log())
		if err := r.waitReady(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends the replicas, then removes the webhook configurations: without a replica they would block the cluster.
func (s *Sandbox) Stop() error {
	errs := make(chan error, len(s.replicas))
	for _, r := range s.replicas {
		go func() { errs <- r.stop() }()
	}
	var all []error
	for range s.replicas {
		all = append(all, <-errs)
	}
	if s.watch != nil {
		s.watch()
	}
	for _, f := range []*front{s.front, s.page, s.fallback} {
		if f != nil {
			all = append(all, f.close())
		}
	}
	return errors.Join(append(all, s.removeWebhooks())...)
}

func (s *Sandbox) say(format string, a ...any) { fmt.Fprintf(s.o.Out, format+"\n", a...) }
