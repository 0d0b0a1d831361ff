// SPDX-License-Identifier: Apache-2.0

package chromium

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/chromedp/chromedp"
)

// Axe checks pages for what keeps people from using them, by axe-core.
type Axe struct{ script string }

// LoadAxe reads axe-core, which npm installs beside the tests.
func LoadAxe(file string) (*Axe, error) {
	script, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("axe-core is missing; install it with hack/needs.sh test/browser: %w", err)
	}
	return &Axe{string(script)}, nil
}

// finding is a rule that a page breaks, or a part of it that axe-core could not judge.
type finding struct {
	ID    string
	Help  string
	Nodes []struct {
		HTML           string
		FailureSummary string
	}
}

// Check is what is wrong with the page of a tab, one line each. It runs all rules but those that the caller leaves out.
func (a *Axe) Check(t *Tab, without ...string) ([]string, error) {
	if err := chromedp.Do(t.ctx, chromedp.Evaluate[chromedp.Void](a.script)); err != nil {
		return nil, fmt.Errorf("load axe-core: %w", err)
	}
	rules := map[string]any{}
	for _, id := range without {
		rules[id] = map[string]bool{"enabled": false}
	}
	// preload would fetch the style sheet by a script, which the page's policy forbids.
	options, err := json.Marshal(map[string]any{"rules": rules, "preload": false, "resultTypes": []string{"violations", "incomplete"}})
	if err != nil {
		return nil, err
	}
	found, err := Evaluate[[]finding](t, fmt.Sprintf("axe.run(document, %s).then(r => r.violations.concat(r.incomplete))", options))
	if err != nil {
		return nil, fmt.Errorf("run axe-core: %w", err)
	}
	var all []string
	for _, f := range found {
		for _, n := range f.Nodes {
			all = append(all, fmt.Sprintf("%s: %s: %s: %s", f.ID, f.Help, n.HTML, strings.Join(strings.Fields(n.FailureSummary), " ")))
		}
	}
	return all, nil
}
