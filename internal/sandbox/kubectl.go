// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// kubectl runs the real kubectl, as an administrator.
type kubectl struct {
	path, kubeconfig string
	cache            string // its discovery cache, so that nothing stays in the user's home
}

// run returns kubectl's standard output. An error has its standard error.
func (k kubectl) run(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, k.path, args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+k.kubeconfig, "KUBECACHEDIR="+k.cache)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.String(), &kubectlError{args: args, stderr: strings.TrimSpace(stderr.String()), err: errors.Join(err, ctx.Err())}
	}
	return stdout.String(), nil
}

// kubectlError is a failure in kubectl's own words.
type kubectlError struct {
	args   []string
	stderr string
	err    error
}

func (e *kubectlError) Error() string {
	said := e.stderr
	if said == "" {
		said = e.err.Error()
	}
	return fmt.Sprintf("kubectl %s: %s", strings.Join(e.args, " "), said)
}

func (e *kubectlError) Unwrap() error { return e.err }
