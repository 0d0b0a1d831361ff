// SPDX-License-Identifier: Apache-2.0

package command

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// quiet is how long nothing moves before people are told why.
const quiet = 5 * time.Second

// onSilence calls a function whenever no step came for the quiet time.
func onSilence(tell func()) (step, stop func()) {
	timer := time.AfterFunc(quiet, tell)
	return func() { timer.Reset(quiet) }, func() { timer.Stop() }
}

// held is what people are told while nothing moves.
const held = "Waiting: interrupted invitations may hold seats for up to 90 s."

// explained moves a bar at each step. While nothing moves, the bar says why; where there is no terminal, one line does.
func explained(bar *progressbar.ProgressBar, w io.Writer, title string) (step, stop func()) {
	var once sync.Once
	moved, stop := onSilence(func() {
		bar.Describe(strings.TrimSuffix(held, "."))
		if !isTerminal(w) {
			once.Do(func() { fmt.Fprintln(w, held) })
		}
	})
	return func() {
		moved()
		bar.Describe(title)
		_ = bar.Add(1)
	}, stop
}
