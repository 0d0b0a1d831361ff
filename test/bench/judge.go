// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/internal/rules"
)

// judgements is how many judgements are timed.
const judgements = 1000

// judgeTimes is how long a judgement takes, apart from everything else, in microseconds.
type judgeTimes struct {
	P50 float64 `json:"p50us"`
	P99 float64 `json:"p99us"`
}

// judge times the rules of new Memberships on the world as this replica sees it, by dry runs.
func judge(ctx context.Context, log *journal.Journal, organizations int) judgeTimes {
	var times []time.Duration
	for i := range judgements {
		var took time.Duration
		change := newcomer(i, organizations, &took)
		if _, err := log.Submit(ctx, change); err != nil {
			continue
		}
		times = append(times, took)
	}
	return judgeTimes{P50: 1000 * milliseconds(percentile(times, 50)), P99: 1000 * milliseconds(percentile(times, 99))}
}

// newcomer is a new member in one of so many organizations. The variable took receives the time of its rules.
func newcomer(i, organizations int, took *time.Duration) *journal.Change {
	organization := fmt.Sprintf("org-%05d", i*7%organizations)
	m := membership(organization, fmt.Sprintf("newcomer-%d", i), person("newcomer", i))
	m.UID = types.UID(m.Name)
	act := rules.Act{Actor: rules.Actor{Platform: true}, Now: time.Now(), BaseDomain: baseDomain}
	after := facts.Of(m, baseDomain)
	return &journal.Change{
		Kind: "Membership", Name: types.NamespacedName{Namespace: m.Namespace, Name: m.Name}, UID: m.UID,
		Operation: facts.Create, After: after, DryRun: true,
		Judge: func(o rules.Outlook) rules.Violations {
			started := time.Now()
			defer func() { *took += time.Since(started) }()
			return append(rules.Membership(o, act, organization, nil, m), rules.Limits(o, act, nil, after)...)
		},
	}
}
