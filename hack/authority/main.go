// SPDX-License-Identifier: Apache-2.0

// Command authority writes docs/reference/authority.md: the table that test/authority runs, and the rights that the ClusterRoles in
// config/rbac give. Run it in the folder of the module.
package main

import (
	"fmt"
	"os"
)

const (
	roles = "config/rbac"
	page  = "docs/reference/authority.md"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "authority:", err)
		os.Exit(1)
	}
}

func run() error {
	doors, err := readDoors(roles)
	if err != nil {
		return err
	}
	text, err := render(doors)
	if err != nil {
		return err
	}
	return os.WriteFile(page, []byte(text), 0o644) //nolint:gosec // all people may read the page
}
