// SPDX-License-Identifier: Apache-2.0

//go:build unix && !linux

package process

import "syscall"

// attributes puts a child into a process group of its own. So Ctrl-C in a terminal reaches only the parent, which then stops its children
// in order.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
