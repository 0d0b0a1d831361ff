// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// mode is one way to guard a Membership's creation.
type mode struct {
	name  string
	title string
	// role is the role of the two replicas that serve the webhook. Without a role there are none.
	role string
	// prepare does the rest of the set-up.
	prepare func(context.Context, *cluster) error
}

// modes begin with the limit. Every other mode is reported in relation to it.
var modes = []mode{
	{name: "none", title: "no webhook"},
	{name: "empty", title: "empty webhook", role: "empty"},
	{name: "quota", title: "ResourceQuota count", prepare: imposeQuota},
	{name: "counter", title: "per-key counters", role: "counter"},
	{name: "journal", title: "journal", role: "journal"},
	{name: "operator", title: "journal and controllers", role: "operator", prepare: awaitOrganizations},
}

// replicaCount is how many replicas serve admission, as in production.
const replicaCount = 2

// start makes a fresh cluster in this mode, with so many organizations.
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
		if err := c.installWebhook(ctx); err != nil {
			return err
		}
	}
	if m.prepare != nil {
		if err := m.prepare(ctx, c); err != nil {
			return err
		}
	}
	return c.quiet(ctx, quietAtFirst)
}

// awaitOrganizations returns when the controllers have done their part for every organization.
func awaitOrganizations(ctx context.Context, c *cluster) error {
	return wait.PollUntilContextTimeout(ctx, time.Second, quietAtFirst, true, func(ctx context.Context) (bool, error) {
		var all v1alpha1.OrganizationList
		err := c.admin.List(ctx, &all)
		settled := func(o v1alpha1.Organization) bool { return isReady(o.Status.Conditions) }
		return len(filter(all.Items, settled)) == len(c.orgs), err
	})
}
