// SPDX-License-Identifier: Apache-2.0

package main

import "context"

// peaks are the most that an operator had of something while it was watched.
type peaks struct {
	heap, rss int64
	queue     int // requests that waited for a worker, of all controllers together
}

// peaks looks at a replica again and again until the returned function is called, and then once more.
func (r *replica) peaks(ctx context.Context) (stop func() peaks) {
	looking, cancel := context.WithCancel(ctx)
	ended := make(chan peaks, 1)
	go func() {
		var most peaks
		for pass(looking, look) == nil {
			most.see(looking, r)
		}
		ended <- most
	}()
	return func() peaks {
		cancel()
		most := <-ended
		most.see(ctx, r)
		return most
	}
}

func (p *peaks) see(ctx context.Context, r *replica) {
	now, err := r.sums(ctx)
	if err != nil {
		return
	}
	p.heap = max(p.heap, int64(now["go_memstats_heap_inuse_bytes"]))
	p.queue = max(p.queue, int(now["workqueue_depth"]))
	if rss, err := memoryOf(r.process.Pid(), "VmRSS"); err == nil {
		p.rss = max(p.rss, rss)
	}
}
