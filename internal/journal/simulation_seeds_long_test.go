// SPDX-License-Identifier: Apache-2.0

//go:build long

package journal_test

const defaultSeeds = 200_000
