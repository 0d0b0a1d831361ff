// SPDX-License-Identifier: Apache-2.0

// Command rulebook writes docs/reference/rules.md and docs/reference/integrations.md, from the tables in internal/rules and the refused
// samples. Run it in the folder of the module.
package main

import (
	"fmt"
	"os"
)

const (
	rulesPage        = "docs/reference/rules.md"
	integrationsPage = "docs/reference/integrations.md"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "rulebook:", err)
		os.Exit(1)
	}
}

func run() error {
	text, err := renderRules()
	if err != nil {
		return err
	}
	for page, text := range map[string]string{rulesPage: text, integrationsPage: renderIntegrations()} {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil { //nolint:gosec // all people may read the page
			return err
		}
	}
	return nil
}
