// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// StormCost is what one tenant's storms cost another tenant.
type StormCost struct {
	Machine Machine     `json:"machine"`
	Members int         `json:"members"`
	Cells   []StormCell `json:"cells"`
}

// StormCell is one storm, beside the quiet just before it.
type StormCell struct {
	What  string     `json:"what"`
	Quiet StormTimes `json:"quiet"`
	Storm StormTimes `json:"storm"`
	// P99Ratio is the p99 in the storm divided by the p99 in the quiet.
	P99Ratio float64 `json:"p99Ratio"`
	// Asked and Admitted count the requests of the storm itself. Admitted ones were stored.
	Asked    int64 `json:"asked"`
	Admitted int64 `json:"admitted"`
}

// StormTimes are the times of the quiet tenant's creates.
type StormTimes struct {
	Creates int     `json:"creates"`
	P50     float64 `json:"p50ms"`
	P99     float64 `json:"p99ms"`
	// Failed counts creates that never succeeded. A create that was told to try again takes as long as all its tries.
	Failed int `json:"failed"`
}

// stormLimit is how many times its quiet value the quiet tenant's p99 may be.
const stormLimit = 3

const (
	// stormOrganizations are the quiet tenant's, the storming tenant's, and two with many common people for edition changes.
	stormOrganizations = 4
	// stormPace is the pause between two creates of the quiet tenant.
	stormPace = 15 * time.Millisecond
	// stormTime is the length of each measurement.
	stormTime = 15 * time.Second
)

// stormMeter measures the creates of a quiet tenant while another one storms.
type stormMeter struct {
	*cluster
	members int
	created int // by the quiet tenant
}

func (o options) measureStorm(ctx context.Context) error {
	c, err := modeJournal().start(ctx, stormOrganizations)
	if err != nil {
		return err
	}
	defer c.stop()
	m := &stormMeter{cluster: c, members: o.stormMembers}
	if err := m.prepare(ctx); err != nil {
		return err
	}
	cost := &StormCost{Machine: thisMachine(), Members: m.members}
	if _, err := m.creates(ctx, stormTime/4); err != nil { // a fresh API server has much to do in its first seconds
		return err
	}
	for _, s := range storms {
		cell, err := m.measure(ctx, s)
		if err != nil {
			return err
		}
		cost.Cells = append(cost.Cells, cell)
		say("  %s: p99 %.1f ms, in the storm %.1f ms; of %d requests %d were admitted", s.what, cell.Quiet.P99, cell.Storm.P99, cell.Asked, cell.Admitted)
	}
	cost.print()
	return o.save(func(r *Results) { r.Storm = cost })
}

func modeJournal() mode {
	m, err := modeNamed("journal")
	if err != nil {
		panic(err)
	}
	return m
}

// prepare opens the door to people, and fills the two large organizations. That takes its time, because the journal judges it.
func (m *stormMeter) prepare(ctx context.Context) error {
	if err := m.letPeopleAsk(ctx); err != nil {
		return err
	}
	if err := m.grant(ctx); err != nil {
		return err
	}
	say("%d members each for two organizations", m.members)
	err := inParallel(2*m.members, func(i int) error {
		organization := m.orgs[2+i%2]
		return patiently(func() error {
			err := m.admin.Create(ctx, membership(organization, fmt.Sprintf("member-%d", i), person("member", i)))
			return client.IgnoreAlreadyExists(err)
		})
	})
	if err != nil {
		return err
	}
	return patiently(func() error { return m.edition(ctx, m.orgs[3], v1alpha1.EditionZohoOne) })
}

// grant gives the organizations their places, as controllers would. Otherwise nobody in them has power (R7).
func (m *stormMeter) grant(ctx context.Context) error {
	for _, name := range m.orgs {
		if err := m.give(ctx, &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: name}}); err != nil {
			return err
		}
	}
	return nil
}

// patiently tries a few times: on a machine with other work, a request may run out of time.
func patiently(try func() error) (err error) {
	for range 10 {
		if err = try(); err == nil {
			return nil
		}
	}
	return err
}

// edition gives an organization another edition.
func (m *stormMeter) edition(ctx context.Context, organization string, to v1alpha1.Edition) error {
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: organization}}
	patch := fmt.Sprintf(`{"spec":{"subscription":{"edition":%q}}}`, to)
	return m.admin.Patch(ctx, org, client.RawPatch("application/merge-patch+json", []byte(patch)))
}

// measure measures the quiet first, and then the storm.
func (m *stormMeter) measure(ctx context.Context, s storm) (cell StormCell, err error) {
	cell.What = s.what
	if cell.Quiet, err = m.creates(ctx, stormTime); err != nil {
		return cell, err
	}
	run := m.rage(ctx, s)
	cell.Storm, err = m.creates(ctx, stormTime)
	cell.Asked, cell.Admitted = run.stop()
	cell.P99Ratio = cell.Storm.P99 / cell.Quiet.P99
	return cell, errors.Join(err, ctx.Err())
}

// creates makes the quiet tenant's super admin invite one guest after another for a while.
func (m *stormMeter) creates(ctx context.Context, during time.Duration) (times StormTimes, err error) {
	tenant, err := client.New(m.control.ConfigFor(person("owner", 0), customers, "system:authenticated"), client.Options{Scheme: m.scheme, Mapper: m.admin.RESTMapper()})
	if err != nil {
		return times, err
	}
	var took []time.Duration
	for end := time.Now().Add(during); time.Now().Before(end); {
		m.created++
		started := time.Now()
		if err := tenant.Create(ctx, invitation(m.orgs[0], fmt.Sprint("guest-", m.created), person("guest", m.created))); err != nil {
			say("  %v", err)
			times.Failed++
		}
		took = append(took, time.Since(started))
		if err := pass(ctx, stormPace); err != nil {
			return times, err
		}
	}
	times.Creates, times.P50, times.P99 = len(took), milliseconds(percentile(took, 50)), milliseconds(percentile(took, 99))
	return times, nil
}

func invitation(organization, name, email string) *v1alpha1.Invitation {
	return &v1alpha1.Invitation{
		ObjectMeta: metav1.ObjectMeta{Namespace: v1alpha1.NamespacePrefix + organization, Name: name},
		Spec:       v1alpha1.InvitationSpec{Email: email, Role: v1alpha1.RoleStandard},
	}
}

// holds reports whether the quiet tenant was served well enough.
func (c StormCell) holds() bool { return c.P99Ratio < stormLimit && c.Storm.Failed == 0 }

func (s *StormCost) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer w.Flush()
	fmt.Fprintln(w, "storm\tquiet p50 ms\tp99 ms\tin the storm p50 ms\tp99 ms\tof quiet\tfailed\tasked\tadmitted\tunder 3 times\t")
	for _, c := range s.Cells {
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f\t%.1f\t%.2f\t%d\t%d\t%d\t%t\t\n",
			c.What, c.Quiet.P50, c.Quiet.P99, c.Storm.P50, c.Storm.P99, c.P99Ratio, c.Storm.Failed, c.Asked, c.Admitted, c.holds())
	}
}
