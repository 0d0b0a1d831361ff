// SPDX-License-Identifier: Apache-2.0

package pages

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/itchyny/gojq"
)

// TestMain is also the `jq` that the pages call: not every machine with this test has one.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "jq" {
		os.Exit(m.Run())
	}
	if err := jq(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "jq:", err)
		os.Exit(1)
	}
}

// jq implements what the pages use: `jq -n -f PROGRAM-FILE` with standard input, and `jq -r PROGRAM FILE`.
func jq(args []string) error {
	flags := flag.NewFlagSet("jq", flag.ContinueOnError)
	none, raw, file := flags.Bool("n", false, ""), flags.Bool("r", false, ""), flags.String("f", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	program, input := flags.Arg(0), flags.Arg(1)
	if *file != "" {
		source, err := os.ReadFile(*file)
		if err != nil {
			return err
		}
		program, input = string(source), flags.Arg(0)
	}
	values, err := read(input)
	if err != nil {
		return err
	}
	query, err := gojq.Parse(program)
	if err != nil {
		return err
	}
	code, err := gojq.Compile(query, gojq.WithInputIter(gojq.NewIter(values...)))
	if err != nil {
		return err
	}
	if *none {
		values = []any{nil}
	}
	for _, v := range values {
		if err := write(code.Run(v), *raw); err != nil {
			return err
		}
	}
	return nil
}

// read returns every value of a file, or of standard input.
func read(path string) (values []any, err error) {
	from := os.Stdin
	if path != "" {
		if from, err = os.Open(path); err != nil {
			return nil, err
		}
		defer from.Close()
	}
	for decoder := json.NewDecoder(from); ; {
		var v any
		switch err := decoder.Decode(&v); err {
		case nil:
			values = append(values, v)
		case io.EOF:
			return values, nil
		default:
			return nil, err
		}
	}
}

func write(results gojq.Iter, raw bool) error {
	for result, ok := results.Next(); ok; result, ok = results.Next() {
		if err, bad := result.(error); bad {
			return err
		}
		text, err := gojq.Marshal(result)
		if s, isText := result.(string); raw && isText {
			text = []byte(s)
		}
		if err != nil {
			return err
		}
		fmt.Printf("%s\n", text)
	}
	return nil
}
