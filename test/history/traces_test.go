// SPDX-License-Identifier: Apache-2.0

package history

import (
	stdjson "encoding/json"
	"fmt"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
)

// keepTraces keeps every stored change and the replicas' logs in a folder, for the search after a failure. It names the folder.
func keepTraces() {
	dir, err := os.MkdirTemp("", "polyorg-history-")
	if err != nil {
		fmt.Fprintf(GinkgoWriter, "No traces: %v\n", err)
		return
	}
	fmt.Fprintf(GinkgoWriter, "Traces are in %s\n", dir)
	for i := range replicas {
		if said, err := os.ReadFile(operator.Process(i).Log()); err == nil {
			_ = os.WriteFile(filepath.Join(dir, fmt.Sprintf("replica-%d.log", i)), said, 0o600)
		}
	}
	_ = os.WriteFile(filepath.Join(dir, "moments.jsonl"), moments(), 0o600)
}

// moments is the recorded history, a line a change.
func moments() (lines []byte) {
	all, _ := seen.History()
	for _, m := range all {
		object, _ := stdjson.Marshal(m.Object)
		lines = fmt.Appendf(lines, "%d %s %s\n", m.Revision, m.ID, object)
	}
	return lines
}
