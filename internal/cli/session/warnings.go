// SPDX-License-Identifier: Apache-2.0

package session

import (
	"fmt"
	"io"
	"sync"
)

// warnings shows each warning of the API server once.
type warnings struct {
	out io.Writer

	mu   sync.Mutex
	seen map[string]bool
	held bool
	late []string // to be shown later
}

// HandleWarningHeader takes one warning.
func (w *warnings) HandleWarningHeader(code int, _, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if code != 299 || text == "" || w.seen[text] {
		return
	}
	w.seen[text] = true
	if w.held {
		w.late = append(w.late, text)
		return
	}
	fmt.Fprintln(w.out, "Warning:", text)
}

// HoldWarnings keeps warnings back until the function that it returns is called, so that they do not run into a progress bar.
func (s *Session) HoldWarnings() (release func()) {
	s.warnings.hold(true)
	return func() { s.warnings.hold(false) }
}

func (w *warnings) hold(held bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = held
	for _, text := range w.late {
		fmt.Fprintln(w.out, "Warning:", text)
	}
	w.late = nil
}
