// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
)

// mode is one way to guard a Membership's creation.
type mode struct {
	name  string
	title string
	// role is what two replicas serve as webhook; none where it is empty.
	role string
	// prepare imposes what is not a webhook.
	prepare func(context.Context, *cluster) error
}

// modes, the limit first: every other is reported as a part of it.
var modes = []mode{
	{name: "none", title: "no webhook"},
	{name: "empty", title: "empty webhook", role: "empty"},
	{name: "quota", title: "ResourceQuota count", prepare: imposeQuota},
	{name: "counter", title: "per-key counters", role: "counter"},
	{name: "journal", title: "journal", role: "journal"},
	{name: "operator", title: "journal and controllers", role: "operator"},
}

// replicaCount is how many replicas serve admission, as in production.
const replicaCount = 2

// start makes a fresh cluster with so many organizations in which the mode is in force.
func (m mode) start(ctx context.Context, organizations int) (*cluster, error) {
	c, err := startCluster(ctx)
	if err != nil {
		return nil, err
	}
	if err := m.enforce(ctx, c, organizations); err != nil {
		c.stop()
		return nil, fmt.Errorf("%s: %w", m.name, err)
	}
	return c, nil
}

func (m mode) enforce(ctx context.Context, c *cluster, organizations int) error {
	if err := c.serve(ctx, m.role, replicaCount); err != nil {
		return err
	}
	if err := c.populate(ctx, organizations); err != nil {
		return err
	}
	if m.role != "" {
		return errors.Join(c.installWebhook(ctx), c.quiet(ctx, quietAtFirst))
	}
	if m.prepare != nil {
		return m.prepare(ctx, c)
	}
	return nil
}
