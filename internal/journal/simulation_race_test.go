// SPDX-License-Identifier: Apache-2.0

//go:build race

package journal_test

// slower is how many times fewer seeds are run because of the race detector.
const slower = 10
