// SPDX-License-Identifier: Apache-2.0

// Command configuration writes docs/reference/configuration.md from internal/config. Each field has its path in the file, the default
// that the code sets, and the comment of its type. Run it in the folder of the module.
package main

import (
	"fmt"
	"os"
)

const (
	output = "docs/reference/configuration.md"
	source = "internal/config"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "configuration:", err)
		os.Exit(1)
	}
}

func run() error {
	said, err := readComments(source)
	if err != nil {
		return err
	}
	return os.WriteFile(output, []byte(render(said)), 0o644) //nolint:gosec // all people may read the page
}
