// SPDX-License-Identifier: Apache-2.0

package traefik

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/controlplane/pki"
	"github.com/polyorg/polyorg/internal/controlplane/process"
)

const (
	// startTimeout bounds the wait for Traefik to be ready, and stopTimeout its graceful end.
	startTimeout, stopTimeout = time.Minute, 10 * time.Second
	// portAttempts is the number of starts when another process takes a port first.
	portAttempts = 5
	// tokenSeconds is longer than a trial runs. An API server may be configured to grant less.
	tokenSeconds = int64(30 * 24 * time.Hour / time.Second)
)

// Options says what Traefik serves, and how. Dir, Assets and API are required.
type Options struct {
	// Dir receives its configuration and its log.
	Dir string
	// Assets is the folder that Build has filled.
	Assets string
	// API is an administrator's. Traefik itself signs in as its own ServiceAccount, which Install has made.
	API *rest.Config
	// WebPort is the port for HTTP; a free one if it is 0 or taken.
	WebPort int
	// Gateway serves HTTPRoutes beside Ingresses.
	Gateway bool
	// ProxyProtocol believes a PROXY header of a client on this machine. So a test can come from any address.
	ProxyProtocol bool
	// Certificate is for hosts without one of their own; nil: one that nobody trusts.
	Certificate *pki.Pair
	// Out receives a line about each step, unless nil.
	Out io.Writer
}

// Traefik is a running ingress controller.
type Traefik struct {
	// Web and WebSecure are the ports for HTTP and HTTPS on 127.0.0.1.
	Web, WebSecure int

	ping    int
	process *process.Process
}

// Start returns when Traefik is ready. It ends a Traefik of an earlier run in the folder. The context bounds the start alone.
func Start(ctx context.Context, o Options) (*Traefik, error) {
	if err := Find(o.Assets); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	o.Dir = dir
	if o.Out == nil {
		o.Out = io.Discard
	}
	if err := errors.Join(os.MkdirAll(o.Dir, 0o700), process.Reap(ctx, o.Dir)); err != nil {
		return nil, err
	}
	token, err := o.token(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("Traefik is not ready within %s", startTimeout)) //nolint:staticcheck // a name
	defer cancel()
	for attempt := 1; ; attempt++ {
		t, err := o.try(ctx, token)
		if err == nil || t == nil || !t.process.PortTaken() || attempt == portAttempts {
			return t, err
		}
	}
}

// try starts Traefik on fresh ports. After an error that has to do with the process, it returns both.
func (o Options) try(ctx context.Context, token string) (*Traefik, error) {
	p, err := o.ports()
	if err != nil {
		return nil, err
	}
	if err := o.write(p, token); err != nil {
		return nil, err
	}
	_, _ = fmt.Fprintf(o.Out, "Starting Traefik on port %d\n", p.web)
	t := &Traefik{Web: p.web, WebSecure: p.websecure, ping: p.ping}
	t.process, err = process.Start(process.Command{
		Path: filepath.Join(o.Assets, program), Args: []string{"--configFile=" + o.path(staticFile)}, Dir: o.Dir, Name: program,
		Env: []string{"KUBECONFIG="}, // it would override the endpoint
	})
	if err != nil {
		return nil, err
	}
	if err := t.waitReady(ctx); err != nil {
		return t, errors.Join(err, t.process.Kill())
	}
	return t, nil
}

func (o Options) ports() (ports, error) {
	free, err := controlplane.FreePorts(3)
	if err != nil {
		return ports{}, err
	}
	p := ports{web: free[0], websecure: free[1], ping: free[2]}
	if isFree(o.WebPort) {
		p.web = o.WebPort
	}
	return p, nil
}

func isFree(port int) bool {
	if port == 0 {
		return false
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	return err == nil && l.Close() == nil
}

// token signs in as Traefik's ServiceAccount.
func (o Options) token(ctx context.Context) (string, error) {
	client, err := kubernetes.NewForConfig(o.API)
	if err != nil {
		return "", err
	}
	seconds := tokenSeconds
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds}}
	request, err = client.CoreV1().ServiceAccounts(Namespace).CreateToken(ctx, account, request, metav1.CreateOptions{})
	if err != nil {
		return "", fmt.Errorf("sign in as service account %s/%s: %w", Namespace, account, err)
	}
	return request.Status.Token, nil
}

func (t *Traefik) waitReady(ctx context.Context) error {
	err := wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		if !t.process.Running() {
			return false, t.process.Err()
		}
		return t.isReady(ctx), nil
	})
	if ctx.Err() != nil {
		return fmt.Errorf("%w (log: %s)", context.Cause(ctx), t.process.Log())
	}
	return err
}

func (t *Traefik) isReady(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/ping", t.ping), http.NoBody)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// Process is the one that runs.
func (t *Traefik) Process() *process.Process { return t.process }

// Stop ends Traefik, and returns when it is gone.
func (t *Traefik) Stop() error { return t.process.Stop(stopTimeout) }
