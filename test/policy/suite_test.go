// SPDX-License-Identifier: Apache-2.0

// Package policy tests manifests of config/ on a real API server. These are the policy that guards organizations' namespaces, the queue
// for the operator's requests, the roles, and the pod.
package policy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/test/planes"
)

const (
	// soon is more time than a loaded machine needs for the API server's own work.
	soon = time.Minute
	poll = 50 * time.Millisecond

	operator = "system:serviceaccount:polyorg-system:polyorg-operator"
	masters  = "system:masters"
)

var plane *controlplane.ControlPlane

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	var giveBack func() error
	if plane, giveBack, err = planes.Take(context.Background(), io.Discard); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, giveBack()) }()
	for _, base := range []string{"namespace", "policy", "apf", "rbac"} {
		if err := apply(plane, base); err != nil {
			return 0, err
		}
	}
	return m.Run(), nil
}

// apply applies one of the kustomizations to a cluster, as its users do.
func apply(to *controlplane.ControlPlane, base string) error {
	kubectl := exec.Command(to.Kubectl(), "--kubeconfig="+to.Kubeconfig(), "apply", "--server-side", "--kustomize=../../config/"+base)
	if out, err := kubectl.CombinedOutput(); err != nil {
		return fmt.Errorf("apply config/%s: %w\n%s", base, err, out)
	}
	return nil
}

func clientFor(t *testing.T, config *rest.Config) client.Client {
	t.Helper()
	c, err := client.New(config, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
