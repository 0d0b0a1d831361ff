// SPDX-License-Identifier: Apache-2.0

//go:build long

package history

import "time"

// length is how long a random history goes on before it is judged.
const length = 2 * time.Minute
