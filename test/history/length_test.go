// SPDX-License-Identifier: Apache-2.0

//go:build !long

package history

import "time"

// length is how long a random history goes on with so many replicas.
const length = 6 * time.Second

// plays are the random histories, each of a seed of its own: with how many replicas, one after the other.
var plays = [][]int{{2, 3}}
