// SPDX-License-Identifier: Apache-2.0

package command

import "github.com/polyorg/polyorg/internal/cli/show"

// rulebook is the table of rules that explain reads.
func rulebook() []show.RuleText { return nil }
