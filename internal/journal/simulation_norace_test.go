// SPDX-License-Identifier: Apache-2.0

//go:build !race

package journal_test

import "iter"

// pull makes a coroutine of a process.
func pull(script iter.Seq[struct{}]) (resume func() (struct{}, bool), stop func()) {
	return iter.Pull(script)
}
