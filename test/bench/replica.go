// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/controlplane/process"
)

// replica is a process that serves admission.
type replica struct {
	process *process.Process
	webhook string // host:port
	debug   string // host:port of its figures
	metrics string // host:port of the operator's
	took    time.Duration
}

// serve starts so many replicas of a role, unless it is empty, and hands them the relay's connections.
func (c *cluster) serve(ctx context.Context, role string, n int) error {
	return c.serveBehind(ctx, c.relay, role, n)
}

func (c *cluster) serveBehind(ctx context.Context, front *relay, role string, n int) error {
	if role == "" {
		return nil
	}
	kubeconfig, err := c.operatorKubeconfig(ctx)
	if err != nil {
		return err
	}
	var addresses []string
	for range n {
		r, err := c.startReplica(role, len(c.replicas), kubeconfig)
		if err != nil {
			return err
		}
		c.replicas = append(c.replicas, r)
		addresses = append(addresses, r.webhook)
	}
	front.backends.Store(&addresses)
	for _, r := range c.replicas[len(c.replicas)-n:] {
		if err := r.waitReady(ctx); err != nil {
			return err
		}
	}
	return nil
}

// operatorKubeconfig signs in as the operator's service account. So replicas have its rights, and its own queues in the API server.
func (c *cluster) operatorKubeconfig(ctx context.Context) (string, error) {
	path := filepath.Join(c.dir, "operator.kubeconfig")
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: systemNamespace, Name: operatorAccount}}
	token := &authenticationv1.TokenRequest{}
	if err := c.admin.SubResource("token").Create(ctx, account, token); err != nil {
		return "", err
	}
	operator := rest.AnonymousClientConfig(c.control.Config())
	operator.BearerToken = token.Status.Token
	return path, controlplane.WriteKubeconfig(path, operator)
}

func (c *cluster) startReplica(role string, i int, kubeconfig string) (*replica, error) {
	r := &replica{}
	dir := filepath.Join(c.dir, fmt.Sprintf("replica-%d", i))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	pair, err := c.ca.Server("polyorg-webhook." + systemNamespace + ".svc")
	if err != nil {
		return nil, err
	}
	if err := pair.Write(dir, "tls"); err != nil {
		return nil, err
	}
	for _, address := range []*string{&r.webhook, &r.debug} {
		if *address, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	path, args, err := c.program(role, dir, r)
	if err != nil {
		return nil, err
	}
	r.process, err = process.Start(process.Command{Path: path, Args: args, Env: []string{"KUBECONFIG=" + kubeconfig}, Dir: dir, Name: "replica"})
	return r, err
}

// managerProgram is another operator than the one in bin, for a comparison.
var managerProgram string

// program is the operator itself, or this one in another role.
func (c *cluster) program(role, dir string, r *replica) (path string, args []string, err error) {
	if role != "operator" {
		path, err = os.Executable()
		return path, []string{"-serve", role, "-dir", dir, "-webhook", r.webhook, "-debug", r.debug}, err
	}
	cfg, err := config.Load(filepath.Join(c.root, "config", "manager", "config.yaml"))
	if err != nil {
		return "", nil, err
	}
	cfg.Webhook = config.Webhook{Listener: config.Listener{BindAddress: r.webhook}, CertDir: dir}
	cfg.Health.BindAddress = r.debug
	if r.metrics, err = freeAddress(); err != nil {
		return "", nil, err
	}
	cfg.Metrics.BindAddress = r.metrics
	if cfg.Ingress.Fallback.BindAddress, err = freeAddress(); err != nil {
		return "", nil, err
	}
	if c.configure != nil {
		c.configure(cfg)
	}
	text, err := yaml.Marshal(cfg)
	if err != nil {
		return "", nil, err
	}
	file := filepath.Join(dir, "config.yaml")
	return cmp.Or(managerProgram, filepath.Join(c.root, "bin", "manager")), []string{"--config", file}, os.WriteFile(file, text, 0o600)
}

// waitReady returns when the replica is ready, and notes how long that took.
func (r *replica) waitReady(ctx context.Context) error {
	started := time.Now()
	err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 5*time.Minute, true, func(ctx context.Context) (bool, error) {
		if !r.process.Running() {
			return false, r.process.Err()
		}
		_, err := r.get(ctx, "/readyz")
		return err == nil, nil
	})
	r.took = time.Since(started)
	return err
}

// ask reads a replica's figures.
func (r *replica) ask(ctx context.Context, path string, answer any) error {
	text, err := r.get(ctx, path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, answer)
}

func (r *replica) get(ctx context.Context, path string) ([]byte, error) {
	return get(ctx, r.debug+path)
}

func get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", address, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

func freeAddress() (string, error) {
	port, err := controlplane.FreePort()
	return fmt.Sprintf("127.0.0.1:%d", port), err
}
