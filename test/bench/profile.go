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

const profileTime = 10 * time.Second

// showProfile shows where the time goes, by default with the journal and 64 clients.
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
	dir, err := os.MkdirTemp("", "polyorg-profile-")
	if err != nil {
		return err
	}
	if err := o.profileCluster(ctx, c, m, dir); err != nil {
		return err
	}
	return show(ctx, dir)
}

// profileCluster takes the profiles under load, and prints the requests and writes of that time.
func (o options) profileCluster(ctx context.Context, c *cluster, m mode, dir string) error {
	kube, err := kubernetes.NewForConfig(c.control.Config())
	if err != nil {
		return err
	}
	before, err := countRequests(ctx, kube)
	if err != nil {
		return err
	}
	say("profiling for %s; the profiles are in %s", profileTime, dir)
	taken := make(chan error, 1)
	go func() { taken <- c.takeProfiles(ctx, kube, m, dir) }()
	long := o
	long.warmUp, long.cell = time.Second, profileTime-2*time.Second
	cell, err := long.measureCell(ctx, c, m, loads[0], o.clients)
	if err := errors.Join(err, <-taken); err != nil {
		return err
	}
	after, err := countRequests(ctx, kube)
	if err != nil {
		return err
	}
	newComparison([]Cell{cell}).print()
	after.print(before, int(after[created]-before[created]))
	return nil
}

// takeProfiles takes the profiles of the API server and of one replica, if the mode has one, at the same time.
func (c *cluster) takeProfiles(ctx context.Context, kube kubernetes.Interface, m mode, dir string) error {
	path := fmt.Sprintf("/debug/pprof/profile?seconds=%.0f", profileTime.Seconds())
	taken := make(chan error, 1)
	go func() {
		if roles[m.role] == nil {
			taken <- nil
			return
		}
		text, err := c.replicas[0].get(ctx, path)
		taken <- errors.Join(err, os.WriteFile(filepath.Join(dir, "replica"), text, 0o600))
	}()
	text, err := kube.Discovery().RESTClient().Get().RequestURI(path).DoRaw(ctx)
	return errors.Join(err, os.WriteFile(filepath.Join(dir, "kube-apiserver"), text, 0o600), <-taken)
}

// show prints the functions that take the most time, with what they call and by themselves.
func show(ctx context.Context, dir string) error {
	for _, name := range []string{"kube-apiserver", "replica"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			continue // the mode has no such process
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
