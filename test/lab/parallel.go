// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"sync"

	. "github.com/onsi/ginkgo/v2"
)

// Together makes n requests at the same time, and returns the answers.
func Together(n int, request func(i int) error) []error {
	answers := make([]error, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			answers[i] = request(i)
		})
	}
	close(start)
	all.Wait()
	return answers
}

// AtOnce makes n requests at the same time, each until its answer is final, and returns the answers.
func AtOnce(ctx context.Context, n int, request func(i int) error) []error {
	return Together(n, func(i int) error {
		return Insist(ctx, func() error { return request(i) })
	})
}

// InParallel calls do n times at once, and returns when all calls are done. A call may fail the spec.
func InParallel(n int, do func(i int)) { AtMost(n, n, do) }

// AtMost is InParallel with a limit on the calls at once.
func AtMost(limit, n int, do func(i int)) {
	var all sync.WaitGroup
	slots := make(chan struct{}, limit)
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer GinkgoRecover()
			defer func() { <-slots }()
			do(i)
		})
	}
	all.Wait()
}
