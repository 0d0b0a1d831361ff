// SPDX-License-Identifier: Apache-2.0

package process

import "syscall"

// attributes puts a child into a process group of its own. So Ctrl-C in a terminal reaches only the parent, which then stops its children
// in order. The kernel kills the child when the parent dies.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
