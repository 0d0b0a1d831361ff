// SPDX-License-Identifier: Apache-2.0

//go:build long

package pages

// again are the pages that are walked a second time.
var again = pages
