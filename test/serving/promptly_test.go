// SPDX-License-Identifier: Apache-2.0

//go:build !long

package serving

import "time"

// promptly bounds what a person waits for. Other suites run at the same time, so it is more than is promised.
const promptly = 15 * time.Second
