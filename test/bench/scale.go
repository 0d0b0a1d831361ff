// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// organizationsEach is how many organizations each person of the large cluster is in: as many as the limit allows (L1).
const organizationsEach = 10

// returning is how long a replica may take to give memory back to the system, after it has read everything.
const returning = 10 * time.Second

// large is a large cluster. Each person is in ten organizations, and super admin of one while there are some left.
type large struct {
	organizations, memberships, newcomers int
	// steady is how long the settled cluster is watched.
	steady time.Duration
}

func (l *large) flags() {
	flag.IntVar(&l.organizations, "organizations", 10000, "how many organizations the large cluster has")
	flag.IntVar(&l.memberships, "memberships", 100000, "how many memberships it has, ten a person")
	flag.IntVar(&l.newcomers, "newcomers", 10000, "how many people then join one organization")
	flag.DurationVar(&l.steady, "steady", 2*time.Minute, "how long the writes of the settled cluster are counted")
}

func (l large) people() int { return l.memberships / organizationsEach }

// place is the organization and the user of the i-th membership.
func (l large) place(i int) (organization, user int) {
	user, turn := i%l.people(), i/l.people()
	return (user + turn*997) % l.organizations, user
}

// check refuses numbers that would not make such a cluster.
func (l large) check() error {
	if l.people() < 1 || l.organizations < organizationsEach || l.organizations%997 == 0 || l.newcomers < 1 {
		return fmt.Errorf("a person has %d memberships, each in another of %d organizations, and somebody joins: say more of each", organizationsEach, l.organizations)
	}
	return nil
}

// Scale is the operator's cost in a large cluster.
type Scale struct {
	Machine       Machine `json:"machine"`
	Organizations int     `json:"organizations"`
	Memberships   int     `json:"memberships"`
	// Ready is the time from the start of the process until it judges.
	Ready float64 `json:"readySeconds"`
	// Heap is in use after a garbage collection, beyond an empty cluster's. RSS is the process's resident memory.
	HeapBytesPerMembership float64 `json:"heapBytesPerMembership"`
	RSSBytesPerMembership  float64 `json:"rssBytesPerMembership"`
	// Standby is the operator's own program while it does not lead.
	StandbyReady                 float64 `json:"standbyReadySeconds"`
	StandbyRSSBytesPerMembership float64 `json:"standbyRSSBytesPerMembership"`
	// Judgement is the time to judge a new Membership, without the journal's write.
	Judgement judgeTimes `json:"judgement"`
	// Settlings are the controllers' work after each change.
	Settlings []Settling `json:"settlings"`
	// Access is the time from a new Membership until its user has access.
	Access accessTimes `json:"access"`
	// LeaderRSSBytesPerMembership is the leader's memory after a look at everything, beyond a standby's in an empty cluster.
	LeaderRSSBytesPerMembership float64 `json:"leaderRSSBytesPerMembership"`
	// LeaderRSS is the leader's largest resident memory during all measurements.
	LeaderRSS int64 `json:"leaderPeakRSSBytes"`
	// Takeover begins at the end of a leader, which released its lease. It ends when the next leader has given a new member access.
	Takeover float64 `json:"takeoverSeconds"`

	empty int64 // resident memory of a standby of an empty cluster
}

// footprint is the cost of one replica.
type footprint struct {
	heap, rss int64
	ready     time.Duration
	judgement judgeTimes
}

func (o options) measureScale(ctx context.Context) error {
	if err := o.large.check(); err != nil {
		return err
	}
	c, err := startCluster(ctx)
	if err != nil {
		return err
	}
	defer c.stop()
	scale := &Scale{Machine: thisMachine(), Organizations: o.large.organizations, Memberships: o.large.memberships}
	if err := c.weighAll(ctx, o.large, scale, "journal", "operator"); err != nil {
		return err
	}
	if err := c.settleAll(ctx, o.large, scale); err != nil {
		return err
	}
	scale.print()
	return o.save(func(r *Results) { r.Scale = scale })
}

// weighAll writes the cluster, and measures replicas of some roles that do not lead, before and after that.
func (c *cluster) weighAll(ctx context.Context, l large, scale *Scale, roles ...string) error {
	if err := c.forbidLeading(ctx); err != nil {
		return err
	}
	empty, err := c.weighEach(ctx, l, roles)
	if err != nil {
		return err
	}
	if err := c.fill(ctx, l); err != nil {
		return err
	}
	full, err := c.weighEach(ctx, l, roles)
	if err != nil {
		return err
	}
	more := func(now, before int64) float64 { return float64(now-before) / float64(l.memberships) }
	journal, operator := full["journal"], full["operator"]
	scale.Ready, scale.StandbyReady, scale.Judgement = journal.ready.Seconds(), operator.ready.Seconds(), journal.judgement
	scale.HeapBytesPerMembership = more(journal.heap, empty["journal"].heap)
	scale.RSSBytesPerMembership = more(journal.rss, empty["journal"].rss)
	scale.StandbyRSSBytesPerMembership = more(operator.rss, empty["operator"].rss)
	scale.empty = empty["operator"].rss
	return c.allowLeading(ctx)
}

func (c *cluster) weighEach(ctx context.Context, l large, roles []string) (map[string]footprint, error) {
	taken := map[string]footprint{}
	for _, role := range roles {
		var err error
		if taken[role], err = c.weigh(ctx, role, l.organizations); err != nil {
			return nil, err
		}
	}
	return taken, nil
}

// controllersLease is the lease whose holder runs the controllers.
func controllersLease() *coordinationv1.Lease {
	return &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: systemNamespace, Name: "polyorg-operator"}}
}

// forbidLeading takes the controllers' lease, so that replicas stand by.
func (c *cluster) forbidLeading(ctx context.Context) error {
	lease := controllersLease()
	lease.Spec = coordinationv1.LeaseSpec{
		HolderIdentity: ptr.To("bench"), LeaseDurationSeconds: ptr.To[int32](24 * 60 * 60),
		AcquireTime: ptr.To(metav1.NowMicro()), RenewTime: ptr.To(metav1.NowMicro()),
	}
	return c.admin.Create(ctx, lease)
}

// allowLeading deletes the lease, so that the next replica can take it.
func (c *cluster) allowLeading(ctx context.Context) error {
	return c.admin.Delete(ctx, controllersLease())
}

// fill writes the large cluster straight to the API server, before any webhook is installed.
func (c *cluster) fill(ctx context.Context, l large) error {
	say("writing %d memberships in %d organizations", l.memberships, l.organizations)
	if err := c.populate(ctx, l.organizations); err != nil {
		return err
	}
	return inParallel(l.memberships, func(i int) error {
		organization, user := l.place(i)
		m := membership(c.orgs[organization], fmt.Sprintf("m-%d", i), person("owner", user))
		if organization == user {
			m.Spec.Role, m.Spec.Origin = v1alpha1.RoleAdministrator, v1alpha1.OriginCreated // the super admin's own membership
		}
		return c.admin.Create(ctx, m)
	})
}

// weigh runs one replica of a role until it is ready, and returns its cost. Judgements are about so many organizations.
func (c *cluster) weigh(ctx context.Context, role string, organizations int) (footprint, error) {
	var f footprint
	say("starting one replica (%s)", role)
	if err := c.serve(ctx, role, 1); err != nil {
		return f, err
	}
	r := c.replicas[0]
	defer func() { c.replicas = nil }()
	defer func() { _ = r.process.Kill() }()
	if role == "journal" {
		if err := errors.Join(r.ask(ctx, fmt.Sprintf("/judge/%d", organizations), &f.judgement), r.ask(ctx, "/heap", &f.heap)); err != nil {
			return f, err
		}
	}
	if err := pass(ctx, returning); err != nil {
		return f, err
	}
	rss, err := memoryOf(r.process.Pid(), "VmRSS")
	f.ready, f.rss = r.took, rss
	say("ready after %.1f s, %d MiB resident, %d MiB of heap in use", f.ready.Seconds(), f.rss>>20, f.heap>>20)
	return f, err
}

// memoryOf is a process's resident memory: VmRSS is its size now, VmHWM its largest so far.
func memoryOf(pid int, what string) (bytes int64, err error) {
	text := strings.TrimSuffix(field(fmt.Sprintf("/proc/%d/status", pid), what), " kB")
	kib, err := strconv.ParseInt(text, 10, 64)
	return kib << 10, err
}
