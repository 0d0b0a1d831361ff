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
	said, _, err := k.send(ctx, stdin, args...)
	return said, err
}

// send is run with the warnings that came with the answers.
func (k kubectl) send(ctx context.Context, stdin io.Reader, args ...string) (said string, warnings []string, err error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, k.path, args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+k.kubeconfig, "KUBECACHEDIR="+k.cache)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &stdout, &stderr
	failed := cmd.Run()
	warnings, rest := apart(stderr.String())
	if failed != nil {
		err = &kubectlError{args: args, stderr: rest, err: errors.Join(failed, ctx.Err())}
	}
	return stdout.String(), warnings, err
}

// apart takes the warnings out of kubectl's standard error.
func apart(stderr string) (warnings []string, rest string) {
	for line := range strings.Lines(stderr) {
		if strings.HasPrefix(line, "Warning: ") {
			warnings = append(warnings, strings.TrimSpace(line))
		} else {
			rest += line
		}
	}
	return warnings, strings.TrimSpace(rest)
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
