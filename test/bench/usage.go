// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// ticksPerSecond is the unit of CPU time in /proc. It is the same on every Linux that Go runs on.
const ticksPerSecond = 100

// usage is what was spent so far: CPU seconds by process, and the uses of the journal.
type usage struct {
	cpu     map[string]float64
	journal journalUse
}

func (c *cluster) usage(ctx context.Context, m mode) (usage, error) {
	u := usage{cpu: map[string]float64{}}
	pids := map[string]int{"load": os.Getpid()}
	var err1, err2 error
	pids["kube-apiserver"], err1 = c.pid("kube-apiserver")
	pids["etcd"], err2 = c.pid("etcd")
	for i, r := range c.replicas {
		pids[nameOf(i)] = r.process.Pid()
	}
	if err := errors.Join(err1, err2); err != nil {
		return u, err
	}
	for name, pid := range pids {
		seconds, err := cpuSeconds(pid)
		if err != nil {
			return u, err
		}
		u.cpu[name] = seconds
	}
	if m.role != "journal" {
		return u, nil
	}
	return u, c.journalUse(ctx, &u.journal)
}

// nameOf is a replica's name in the results.
func nameOf(replica int) string { return fmt.Sprintf("replica-%d", replica) }

// journalUse adds up all replicas' uses of the journal.
func (c *cluster) journalUse(ctx context.Context, sum *journalUse) error {
	for _, r := range c.replicas {
		var use journalUse
		if err := r.ask(ctx, "/journal", &use); err != nil {
			return err
		}
		sum.Commits += use.Commits
		sum.Conflicts += use.Conflicts
		sum.Reads += use.Reads
		sum.Entries += use.Entries
	}
	return nil
}

const (
	// quietShare is the share of one core that idle replicas use.
	quietShare = 0.1
	quietLook  = 300 * time.Millisecond
	// quietAtFirst and quietBetween bound the wait for controllers that have much to catch up with: all organizations, or what one
	// measurement has left.
	quietAtFirst = 3 * time.Minute
	quietBetween = 30 * time.Second
)

// quiet returns when the replicas have finished earlier work, so that one measurement does not pay for another.
func (c *cluster) quiet(ctx context.Context, atMost time.Duration) error {
	last, err := c.replicaSeconds()
	if err != nil || len(c.replicas) == 0 {
		return err
	}
	err = wait.PollUntilContextTimeout(ctx, quietLook, atMost, false, func(context.Context) (bool, error) {
		now, err := c.replicaSeconds()
		spent := now - last
		last = now
		return spent < quietShare*quietLook.Seconds(), err
	})
	if wait.Interrupted(err) && ctx.Err() == nil {
		say("  the replicas are still busy after %s", atMost)
		return nil
	}
	return err
}

func (c *cluster) replicaSeconds() (float64, error) {
	var sum float64
	for _, r := range c.replicas {
		seconds, err := cpuSeconds(r.process.Pid())
		if err != nil {
			return 0, err
		}
		sum += seconds
	}
	return sum, nil
}

// cpuSeconds is the CPU time that a process has used.
func cpuSeconds(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), ") ") // the name before it is in brackets, and may hold spaces
	fields := strings.Fields(after)
	const user, system = 11, 12 // counted from the process's state
	if len(fields) <= system {
		return 0, errors.New("/proc is not as expected")
	}
	u, err1 := strconv.ParseFloat(fields[user], 64)
	s, err2 := strconv.ParseFloat(fields[system], 64)
	return (u + s) / ticksPerSecond, errors.Join(err1, err2)
}
