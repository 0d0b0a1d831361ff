// SPDX-License-Identifier: Apache-2.0

//go:build long

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/edge/traefik"
	"github.com/polyorg/polyorg/internal/rules"
)

// buildManager builds the operator that the benchmarks start.
func buildManager(t *testing.T) {
	t.Helper()
	root, err := controlplane.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	managerProgram = filepath.Join(t.TempDir(), "manager")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", managerProgram, "./cmd/manager")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestExpiryInSmall runs the benchmark of invitations that end together, with few of them.
func TestExpiryInSmall(t *testing.T) {
	buildManager(t)
	e := expiring{invitations: 60, missed: 20, each: 3, organizations: 6, within: 6 * time.Second, quiet: 3 * time.Second}
	cost, err := e.measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range cost.Runs {
		if run.PerSecond <= 0 || run.Max <= 0 || run.PeakRSS <= 0 || run.PeakHeap <= 0 || run.Requests["PUT invitations/status 200"] < 1 {
			t.Errorf("%s: %+v", run.What, run)
		}
	}
	// On a machine with other work, they come late together, and not one before another.
	if led := cost.Runs[0]; led.P50 < 0 || led.OvertakenBy > 2 {
		t.Errorf("they expired too early, or out of order: %+v", led)
	}
	for _, p := range cost.Probes {
		if p.Quiet.Failed+p.Meanwhile.Failed > 0 || p.Quiet.P50 <= 0 || p.Meanwhile.P50 <= 0 {
			t.Errorf("%s: %+v", p.What, p)
		}
	}
}

// TestMailInSmall runs the benchmark of e-mails, with few of them. The default rate takes its minute.
func TestMailInSmall(t *testing.T) {
	buildManager(t)
	m := mailing{single: 5, applied: 1, burst: 30, paced: rules.AtOnce(defaultRate()) + 10, organizations: 5, takes: 10 * time.Millisecond}
	cost, err := m.measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range cost.Bursts {
		if b.Messages != b.Invitations || b.Distinct != b.Invitations || b.Capacity <= 0 || b.PeakRSS <= 0 {
			t.Errorf("%s: not exactly one message each: %+v", b.What, b)
		}
	}
	// A wait of up to a second is none, so one message may leave that early.
	if p := cost.Pace; p.Ahead > 2 || p.PerMinute > float64(p.Rate)*1.3 {
		t.Errorf("the rate is not kept: %+v", p)
	}
	for _, s := range cost.Singles {
		if s.P50 <= 0 {
			t.Errorf("%+v", s)
		}
	}
}

// TestServingInSmall runs the benchmark of access URLs, with few organizations.
func TestServingInSmall(t *testing.T) {
	buildManager(t)
	root, err := controlplane.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := traefik.Build(t.Context(), root, os.Stderr); err != nil {
		t.Fatal(err)
	}
	e := entering{single: 3, applied: 1, burst: 20, steady: 5 * time.Second}
	for _, mode := range []config.RouteMode{config.RouteByIngress, config.RouteByGateway} {
		m, err := e.measure(t.Context(), mode)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range m.Singles {
			if s.Operator.P50 <= 0 || s.Entered.P50 < s.Operator.P50 {
				t.Errorf("%s: %+v", mode, s)
			}
		}
		if b := m.Burst; b.Made <= 0 || b.Routed > b.Served || b.Writes < 2 || b.Steady != 0 {
			t.Errorf("%s: %+v", mode, b)
		}
		if m.Alone.Served <= 0 {
			t.Errorf("%s: %+v", mode, m.Alone)
		}
	}
}
