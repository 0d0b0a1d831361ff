// SPDX-License-Identifier: Apache-2.0

//go:build !long

package journal_test

// defaultSeeds is how many seeds run when nobody says how many.
const defaultSeeds = 5000 / slower
