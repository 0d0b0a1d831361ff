// SPDX-License-Identifier: Apache-2.0

//go:build !long && !race

package journal_test

// defaultSeeds is how many seeds run when nobody says how many.
const defaultSeeds = 5000
