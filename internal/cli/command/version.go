// SPDX-License-Identifier: Apache-2.0

package command

import (
	"cmp"
	"runtime/debug"
)

// version is the module's, as Go builds it in.
func version() string {
	info, known := debug.ReadBuildInfo()
	if !known {
		return "unknown"
	}
	return cmp.Or(info.Main.Version, "unknown")
}
