// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"k8s.io/client-go/kubernetes"
)

const (
	profiledClients = 64
	profileSeconds  = 10
)

// profile shows where the time goes under 64 clients, with the journal unless another mode is asked for.
func (o options) showProfile(ctx context.Context) error {
	m, err := modeNamed(cmp.Or(o.modes, "journal"))
	if err != nil {
		return err
	}
	c, err := m.start(ctx, comparedOrganizations)
	if err != nil {
		return err
	}
	defer c.stop()
	g := &generator{cluster: c, load: loads[0], cell: "profile", failed: map[string]int{}}
	stop, err := g.run(ctx, profiledClients)
	if err != nil {
		return err
	}
	defer stop()
	if err := pass(ctx, 3*time.Second); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "polyorg-profile-")
	if err != nil {
		return err
	}
	before, err := c.usage(ctx, m)
	if err != nil {
		return err
	}
	from := time.Now()
	if err := c.takeProfiles(ctx, dir); err != nil {
		return err
	}
	until := time.Now()
	after, err := c.usage(ctx, m)
	if err != nil {
		return err
	}
	stop()
	cell := Cell{Mode: m.name, Load: g.load.name, Clients: profiledClients}
	cell.fill(g.between(from, until), until.Sub(from), before, after)
	newComparison([]Cell{cell}).print()
	return show(ctx, dir)
}

// takeProfiles takes those of the API server and of one replica, if there is one to be asked, at the same time.
func (c *cluster) takeProfiles(ctx context.Context, dir string) error {
	say("profiling for %d seconds; the profiles are in %s", profileSeconds, dir)
	kube, err := kubernetes.NewForConfig(c.control.Config())
	if err != nil {
		return err
	}
	path := fmt.Sprintf("/debug/pprof/profile?seconds=%d", profileSeconds)
	taken := make(chan error, 1)
	go func() {
		var text []byte
		var err error
		if len(c.replicas) > 0 {
			text, err = c.replicas[0].get(ctx, path)
		}
		taken <- errors.Join(err, os.WriteFile(filepath.Join(dir, "replica"), text, 0o600))
	}()
	text, err := kube.Discovery().RESTClient().Get().RequestURI(path).DoRaw(ctx)
	return errors.Join(err, os.WriteFile(filepath.Join(dir, "kube-apiserver"), text, 0o600), <-taken)
}

// show prints the functions that take the most time, with what they call and by themselves.
func show(ctx context.Context, dir string) error {
	for _, name := range []string{"kube-apiserver", "replica"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			continue
		}
		for _, order := range []string{"-cum", "-flat"} {
			pprof := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", order, "-nodecount=40", filepath.Join(dir, name))
			pprof.Stdout, pprof.Stderr = os.Stdout, os.Stderr
			fmt.Printf("\n== %s, %s ==\n", name, order)
			if err := pprof.Run(); err != nil {
				return err
			}
		}
	}
	return nil
}
