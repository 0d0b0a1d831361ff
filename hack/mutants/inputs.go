// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// note is the file with the inputs with which every mutant was found. A seed always gives the same result, so the same inputs need not be
// tried twice.
const note = "bin/.mutants.from"

// ours are the files of a package of this module, one a line behind its folder.
const ours = `{{with .Module}}{{if .Main}}{{range $.GoFiles}}{{$.Dir}}	{{.}}
{{end}}{{range $.TestGoFiles}}{{$.Dir}}	{{.}}
{{end}}{{range $.XTestGoFiles}}{{$.Dir}}	{{.}}
{{end}}{{range $.EmbedFiles}}{{$.Dir}}	{{.}}
{{end}}{{end}}{{end}}`

// inputs is one number for everything on which the outcome depends: the sources, the version of Go, and the number of seeds.
func inputs(ctx context.Context, seeds int) (string, error) {
	files, err := sources(ctx)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	fmt.Fprintln(sum, seeds, runtime.Version(), runtime.GOARCH)
	for _, file := range files {
		if err := add(sum, file); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// sources are our own files from which the simulation is compiled, the mutants, and the versions of everything else.
func sources(ctx context.Context) ([]string, error) {
	list := exec.CommandContext(ctx, "go", "list", "-deps", "-test", "-f", ours, "./internal/journal", "./hack/mutants")
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	files := []string{"go.mod", "go.sum"}
	for line := range strings.Lines(string(out)) {
		dir, file, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if made := filepath.IsAbs(file); ok && !made { // go test makes the main package of a test
			files = append(files, filepath.Join(dir, file))
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

func add(sum io.Writer, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(sum, "%s %d\n%s", filepath.Base(file), len(text), text)
	return err
}

// noted is the last note; empty if there is none.
func noted() string {
	text, err := os.ReadFile(note)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func write(inputs string) error {
	if err := os.MkdirAll(filepath.Dir(note), 0o755); err != nil {
		return err
	}
	return os.WriteFile(note, []byte(inputs+"\n"), 0o600)
}
