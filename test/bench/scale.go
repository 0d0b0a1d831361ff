// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// What the large cluster holds: each user is in ten organizations, and super admin of one of them.
const (
	scaleOrganizations = 10000
	scalePerUser       = 10
	scaleMemberships   = scaleOrganizations * scalePerUser
)

// Scale is what one replica needs for a large cluster.
type Scale struct {
	Machine       Machine `json:"machine"`
	Organizations int     `json:"organizations"`
	Memberships   int     `json:"memberships"`
	// Ready is from the start of the process until it judges.
	Ready float64 `json:"readySeconds"`
	// Heap is in use after a collection, beyond that of an empty cluster; RSS is what the process has of the system.
	HeapBytesPerMembership float64 `json:"heapBytesPerMembership"`
	RSSBytesPerMembership  float64 `json:"rssBytesPerMembership"`
	// Operator is the whole operator, with the controllers' caches, as a replica that does not lead.
	OperatorReady                 float64 `json:"operatorReadySeconds"`
	OperatorRSSBytesPerMembership float64 `json:"operatorRSSBytesPerMembership"`
	// Judgement of a new Membership, apart from the journal's write.
	Judgement judgeTimes `json:"judgement"`
}

// footprint is what one replica takes.
type footprint struct {
	heap, rss int64
	ready     time.Duration
	judgement judgeTimes
}

func (o options) measureScale(ctx context.Context) error {
	c, err := startCluster(ctx)
	if err != nil {
		return err
	}
	defer c.stop()
	if err := c.forbidLeading(ctx); err != nil {
		return err
	}
	var small, large, smallOperator, largeOperator footprint
	steps := []func() error{
		func() (err error) { small, err = c.weigh(ctx, "journal"); return err },
		func() (err error) { smallOperator, err = c.weigh(ctx, "operator"); return err },
		func() error { return c.fill(ctx) },
		func() (err error) { large, err = c.weigh(ctx, "journal"); return err },
		func() (err error) { largeOperator, err = c.weigh(ctx, "operator"); return err },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	scale := &Scale{
		Machine: thisMachine(), Organizations: scaleOrganizations, Memberships: scaleMemberships,
		Ready: large.ready.Seconds(), OperatorReady: largeOperator.ready.Seconds(), Judgement: large.judgement,
		HeapBytesPerMembership:        float64(large.heap-small.heap) / scaleMemberships,
		RSSBytesPerMembership:         float64(large.rss-small.rss) / scaleMemberships,
		OperatorRSSBytesPerMembership: float64(largeOperator.rss-smallOperator.rss) / scaleMemberships,
	}
	fmt.Printf("%+v\n", *scale)
	return o.save(func(r *Results) { r.Scale = scale })
}

// forbidLeading takes the controllers' lease for good: here they only fill their caches.
func (c *cluster) forbidLeading(ctx context.Context) error {
	return c.admin.Create(ctx, &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Namespace: systemNamespace, Name: "polyorg-operator"},
		Spec: coordinationv1.LeaseSpec{
			HolderIdentity: ptr.To("bench"), LeaseDurationSeconds: ptr.To[int32](24 * 60 * 60),
			AcquireTime: ptr.To(metav1.NowMicro()), RenewTime: ptr.To(metav1.NowMicro()),
		},
	})
}

// fill writes the large cluster straight to the API server, before any webhook is there.
func (c *cluster) fill(ctx context.Context) error {
	say("writing %d memberships in %d organizations", scaleMemberships, scaleOrganizations)
	if err := c.populate(ctx, scaleOrganizations); err != nil {
		return err
	}
	return inParallel(scaleMemberships, func(i int) error {
		user, turn := i%scaleOrganizations, i/scaleOrganizations
		organization := c.orgs[(user+turn*997)%scaleOrganizations]
		return c.admin.Create(ctx, membership(organization, fmt.Sprintf("m-%d", i), person("owner", user)))
	})
}

// weigh runs one replica of a role until it is ready, and says what it took.
func (c *cluster) weigh(ctx context.Context, role string) (footprint, error) {
	var f footprint
	say("starting one replica (%s)", role)
	if err := c.serve(ctx, role, 1); err != nil {
		return f, err
	}
	r := c.replicas[0]
	defer func() { c.replicas = nil }()
	defer func() { _ = r.process.Kill() }()
	if role == "journal" {
		if err := errors.Join(r.ask(ctx, "/judge", &f.judgement), r.ask(ctx, "/heap", &f.heap)); err != nil {
			return f, err
		}
	}
	rss, err := residentBytes(r.process.Pid())
	f.ready, f.rss = r.took, rss
	say("ready after %.1f s, %d MiB resident, %d MiB of heap in use", f.ready.Seconds(), f.rss>>20, f.heap>>20)
	return f, err
}

// residentBytes is how much of its memory a process has.
func residentBytes(pid int) (int64, error) {
	text := strings.TrimSuffix(field(fmt.Sprintf("/proc/%d/status", pid), "VmRSS"), " kB")
	kib, err := strconv.ParseInt(text, 10, 64)
	return kib << 10, err
}
