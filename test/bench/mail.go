// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"github.com/polyorg/polyorg/internal/rules"
)

// mailing is the number of e-mails, and of the organizations that send them.
type mailing struct {
	// single is how many invitations are made one after another; applied is how many by kubectl apply.
	single, applied int
	// burst is how many are made at once; paced is how many at once where the default rate binds.
	burst, paced  int
	organizations int
	// takes is what a slow mail server takes for a message.
	takes time.Duration
}

func (m *mailing) flags() {
	flag.IntVar(&m.single, "mail-single", 200, "how many invitations are made one after another")
	flag.IntVar(&m.applied, "mail-applied", 20, "how many are made by kubectl apply, one after another")
	flag.IntVar(&m.burst, "mail-burst", 2000, "how many are made at once")
	flag.IntVar(&m.paced, "mail-paced", 120, "how many are made at once where the default rate binds: more than 10")
	flag.IntVar(&m.organizations, "mail-organizations", 200, "how many organizations invite, beside the one that makes a burst alone")
	flag.DurationVar(&m.takes, "mail-takes", 25*time.Millisecond, "what the slow mail server takes for a message")
}

// check refuses numbers that would measure nothing.
func (m mailing) check() error {
	if m.single < 1 || m.applied < 1 || m.burst < 1 || m.organizations < 1 || m.takes < 1 {
		return fmt.Errorf("there must be invitations and organizations, and a slow mail server, and not %+v", m)
	}
	if now := rules.AtOnce(defaultRate()); m.paced <= now {
		return fmt.Errorf("the default rate lets %d messages leave at once, so %d show no pace", now, m.paced)
	}
	return nil
}

// MailCost is how fast the e-mails of invitations leave.
type MailCost struct {
	Machine       Machine      `json:"machine"`
	Organizations int          `json:"organizations"`
	Singles       []MailSingle `json:"singles"`
	Stages        []MailStage  `json:"stages"`
	Bursts        []MailBurst  `json:"bursts"`
	Pace          MailPace     `json:"pace"`
}

// MailSingle is invitations that are made one after another.
type MailSingle struct {
	What        string `json:"what"`
	Invitations int    `json:"invitations"`
	// The times are from the begin of the request until the mail server has the message.
	P50 float64 `json:"p50ms"`
	P90 float64 `json:"p90ms"`
	P99 float64 `json:"p99ms"`
}

// MailStage is a part of the way of a single invitation.
type MailStage struct {
	What string  `json:"what"`
	P50  float64 `json:"p50ms"`
	P99  float64 `json:"p99ms"`
}

// MailBurst is invitations that are made at once.
type MailBurst struct {
	What        string `json:"what"`
	Invitations int    `json:"invitations"`
	// Messages is how many the mail server got, and Distinct how many Message-IDs they had.
	Messages int `json:"messages"`
	Distinct int `json:"distinct"`
	// PerSecond is of the time from the first request until the mail server has the last message.
	PerSecond float64 `json:"perSecond"`
	// Capacity is how many messages a second the operator's mail client hands to that mail server alone, in the same run.
	Capacity float64 `json:"capacityPerSecond"`
	Ratio    float64 `json:"ratio"`
	// P50 and P99 are of the time from a request until the mail server has its message.
	P50 float64 `json:"p50ms"`
	P99 float64 `json:"p99ms"`
	// PeakHeap and PeakRSS are the leader's.
	PeakHeap int64 `json:"peakHeapBytes"`
	PeakRSS  int64 `json:"peakRSSBytes"`
	// CPU is seconds for a thousand invitations, by process.
	CPU map[string]float64 `json:"cpuSecondsPer1000"`
}

// MailPace is invitations of one organization that are made at once, under the default rate (I13).
type MailPace struct {
	Invitations int `json:"invitations"`
	// Rate is the rate of the policy, in messages a minute, and AtOnce how many may leave at once.
	Rate   int `json:"ratePerMinute"`
	AtOnce int `json:"atOnce"`
	// PerMinute is the rate of those that did not leave at once.
	PerMinute float64 `json:"perMinute"`
	// Ahead is the most by which the number of messages was ever beyond the rate.
	Ahead float64 `json:"ahead"`
}

func (o options) measureMail(ctx context.Context) error {
	cost, err := o.mailing.measure(ctx)
	if err != nil {
		return err
	}
	cost.print()
	return o.save(func(r *Results) { r.Mail = cost })
}

// measure sends the e-mails of a fresh cluster to a mail server in this process.
func (m mailing) measure(ctx context.Context) (*MailCost, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	meter := &mailMeter{mailing: m}
	defer meter.stop()
	if err := meter.start(ctx); err != nil {
		return nil, err
	}
	cost := &MailCost{Machine: thisMachine(), Organizations: m.organizations}
	if err := meter.singles(ctx, cost); err != nil {
		return nil, err
	}
	if err := meter.pace(ctx, &cost.Pace); err != nil {
		return nil, err
	}
	if err := meter.raiseRates(ctx); err != nil {
		return nil, err
	}
	for _, b := range bursts {
		cell, err := meter.measureBurst(ctx, b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.what, err)
		}
		cost.Bursts = append(cost.Bursts, cell)
	}
	return cost, nil
}
