// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"github.com/polyorg/polyorg/internal/config"
)

// entering is the number of organizations that are made and entered.
type entering struct {
	// single is how many organizations are made one after another; applied is how many by kubectl apply.
	single, applied int
	// burst is how many are made at once.
	burst int
	// steady is how long nothing happens afterwards.
	steady time.Duration
}

func (e *entering) flags() {
	flag.IntVar(&e.single, "serving-single", 100, "how many organizations are made and entered one after another")
	flag.IntVar(&e.applied, "serving-applied", 20, "how many are made by kubectl apply, one after another")
	flag.IntVar(&e.burst, "serving-burst", 1000, "how many are made at once")
	flag.DurationVar(&e.steady, "serving-steady", 30*time.Second, "how long nothing happens afterwards")
}

// check refuses numbers that would measure nothing.
func (e entering) check() error {
	if e.single < 1 || e.applied < 1 || e.burst < 1 || e.steady < time.Second {
		return fmt.Errorf("there must be organizations, and a time without any, and not %+v", e)
	}
	return nil
}

// ServingCost is how fast a new organization can be entered, through a real ingress controller.
type ServingCost struct {
	Machine Machine       `json:"machine"`
	Modes   []ServingMode `json:"modes"`
}

// ServingMode is one mode of the operator, on a cluster of its own.
type ServingMode struct {
	Mode    string          `json:"mode"`
	Singles []ServingSingle `json:"singles"`
	Burst   ServingBurst    `json:"burst"`
	// Alone is the controller with as many routes that nobody's operator wrote.
	Alone ServingAlone `json:"alone"`
}

// ServingSingle is organizations that are made one after another. The times are milliseconds.
type ServingSingle struct {
	What          string `json:"what"`
	Organizations int    `json:"organizations"`
	// Entered is from the begin of the request until the first answer of the CRM.
	Entered Times `json:"entered"`
	// Operator is the part of it until the organization's route is stored, and Controller the rest.
	Operator   Times `json:"operator"`
	Controller Times `json:"controller"`
}

// Times are percentiles, in milliseconds.
type Times struct {
	P50 float64 `json:"p50ms"`
	P99 float64 `json:"p99ms"`
}

// ServingBurst is organizations that are made at once. The times are seconds from the first request.
type ServingBurst struct {
	Organizations int     `json:"organizations"`
	Made          float64 `json:"madeSeconds"`
	Routed        float64 `json:"routedSeconds"`
	Served        float64 `json:"servedSeconds"`
	// Writes are those of the operator for each organization, and Requests all writes, by verb, resource and answer.
	Writes   float64            `json:"writesEach"`
	Requests map[string]float64 `json:"requestsEach"`
	// Steady is how many writes there were in a while without a change.
	Steady        int     `json:"steadyWrites"`
	SteadySeconds float64 `json:"steadySeconds"`
	// CPU is seconds for a thousand organizations, by process.
	CPU map[string]float64 `json:"cpuSecondsPer1000"`
}

// ServingAlone is routes that are made at once, without an operator. The times are seconds from the first request.
type ServingAlone struct {
	Routes int     `json:"routes"`
	Made   float64 `json:"madeSeconds"`
	Served float64 `json:"servedSeconds"`
}

func timesOf(all []time.Duration) Times {
	return Times{milliseconds(percentile(all, 50)), milliseconds(percentile(all, 99))}
}

func (o options) measureServing(ctx context.Context) error {
	if err := o.entering.check(); err != nil {
		return err
	}
	cost := &ServingCost{Machine: thisMachine()}
	for _, mode := range []config.RouteMode{config.RouteByIngress, config.RouteByGateway} {
		measured, err := o.entering.measure(ctx, mode)
		if err != nil {
			return fmt.Errorf("mode %s: %w", mode, err)
		}
		cost.Modes = append(cost.Modes, measured)
	}
	cost.print()
	return o.save(func(r *Results) { r.Serving = cost })
}

// measure enters organizations of a fresh cluster.
func (e entering) measure(ctx context.Context, mode config.RouteMode) (measured ServingMode, err error) {
	say("mode %s", mode)
	m := &entryMeter{entering: e, mode: mode, stored: newTold()}
	defer m.stop()
	measured.Mode = string(mode)
	if err := m.start(ctx); err != nil {
		return measured, err
	}
	if measured.Singles, err = m.singles(ctx); err != nil {
		return measured, err
	}
	if measured.Burst, err = m.together(ctx); err != nil {
		return measured, err
	}
	measured.Alone, err = m.alone(ctx)
	return measured, err
}
