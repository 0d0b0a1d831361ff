// SPDX-License-Identifier: Apache-2.0

package planes

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"github.com/polyorg/polyorg/internal/controlplane"
)

// Variable is the environment variable with the socket of the pool. Without it, there is no pool.
const Variable = "POLYORG_PLANES"

// Answer is the pool's answer to a connection, in one line of JSON. The end of the connection gives the control plane back.
type Answer struct {
	Dir   string `json:"dir,omitempty"`
	Error string `json:"error,omitempty"`
}

// Take returns a control plane, and a function that gives it back. Then everything in it is removed. The context bounds the wait for it.
//
// A suite that kills a process of the control plane starts one of its own instead.
func Take(ctx context.Context, out io.Writer) (c *controlplane.ControlPlane, giveBack func() error, err error) {
	socket := os.Getenv(Variable)
	if socket == "" {
		return StartOwn(ctx, out)
	}
	connection, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, nil, fmt.Errorf("the pool of $%s: %w", Variable, err)
	}
	if c, err = ask(ctx, connection); err != nil {
		return nil, nil, errors.Join(err, connection.Close())
	}
	fmt.Fprintf(out, "Took the control plane in %s\n", c.Dir())
	return c, sync.OnceValue(connection.Close), nil
}

func ask(ctx context.Context, connection net.Conn) (*controlplane.ControlPlane, error) {
	defer context.AfterFunc(ctx, func() { connection.Close() })() // a connection knows no context
	var answer Answer
	if err := json.NewDecoder(connection).Decode(&answer); err != nil {
		return nil, fmt.Errorf("the pool of $%s: %w", Variable, cmp.Or(context.Cause(ctx), err))
	}
	if answer.Error != "" {
		return nil, errors.New(answer.Error)
	}
	return controlplane.Attach(answer.Dir)
}

// StartOwn returns a control plane that no other suite has before or afterwards, and a function that stops it.
func StartOwn(ctx context.Context, out io.Writer) (*controlplane.ControlPlane, func() error, error) {
	dir, err := os.MkdirTemp("", "plane")
	if err != nil {
		return nil, nil, err
	}
	remove := func() error { return os.RemoveAll(dir) }
	c, err := Start(ctx, dir, out)
	if err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return c, sync.OnceValue(func() error { return errors.Join(c.Stop(), remove()) }), nil
}
