// SPDX-License-Identifier: Apache-2.0

//go:build !long

package people

const (
	// shared is how many members two organizations have in common whose editions change at once.
	shared = 40
	// crowded bounds that.
	crowded = patient
)
