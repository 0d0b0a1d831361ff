// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// steps writes each line with the time that has passed since the start.
type steps struct {
	out     io.Writer
	started time.Time
}

func newSteps(out io.Writer) *steps { return &steps{out: out, started: time.Now()} }

// Write implements io.Writer; it gets whole lines.
func (s *steps) Write(lines []byte) (int, error) {
	for line := range strings.Lines(string(lines)) {
		if _, err := fmt.Fprintf(s.out, "%5.1f s  %s", s.elapsed().Seconds(), line); err != nil {
			return 0, err
		}
	}
	return len(lines), nil
}

func (s *steps) say(format string, a ...any) { fmt.Fprintf(s, format+"\n", a...) }

func (s *steps) elapsed() time.Duration { return time.Since(s.started) }

// short is the path relative to the working directory, if that is shorter.
func short(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(wd, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}
