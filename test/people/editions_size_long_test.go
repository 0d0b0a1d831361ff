// SPDX-License-Identifier: Apache-2.0

//go:build long

package people

import "time"

const (
	// shared is how many members two organizations have in common whose editions change at once.
	shared = 10_000
	// crowded bounds that.
	crowded = 40 * time.Minute
)
