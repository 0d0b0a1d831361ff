// SPDX-License-Identifier: Apache-2.0

//go:build !long

package history

import "time"

// length is how long one part of a random history takes.
const length = 6 * time.Second

// plays are the random histories, each from its own seed. Each has parts with so many replicas, one after another.
var plays = [][]int{{2, 3}}
