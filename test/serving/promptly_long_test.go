// SPDX-License-Identifier: Apache-2.0

//go:build long

package serving

import "time"

// promptly is what is promised for an organization that resumes (A7). The long tests have the machine to themselves.
const promptly = time.Second
