// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/polyorg/polyorg/internal/cli/plain"
)

// The tests here read the code of the operator, and find the words of refusals that no case may have had so far.

// ofOperator are the folders of the code that refuses.
var ofOperator = []string{"internal/rules", "internal/admission", "internal/journal", "internal/facts", "controllers"}

// files parses the code of the operator, without its tests.
func files(t *testing.T) (all []*ast.File) {
	t.Helper()
	for _, folder := range ofOperator {
		err := filepath.WalkDir(root+folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			all = append(all, file)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// literalsOfCode are all texts of the code. A text in several parts is one.
func literalsOfCode(t *testing.T) (texts []string) {
	t.Helper()
	for _, file := range files(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if text, is := literal(e); is {
					texts = append(texts, text)
					return false
				}
			}
			return true
		})
	}
	return texts
}

// literal is the text of an expression that is one. The part of it that is not in the expression counts as one word.
func literal(e ast.Expr) (text string, is bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, isLeft := literal(e.X)
		right, isRight := literal(e.Y)
		return or(left, isLeft) + or(right, isRight), (isLeft || isRight) && e.Op == token.ADD
	}
	return "", false
}

func or(text string, is bool) string {
	if is {
		return text
	}
	return "%s"
}

var verb = regexp.MustCompile(`%[a-z]`)

// pattern is all texts that a format can give. A field, or the kind of limit, may stand before them, and the numbers of a limit behind.
func pattern(format string) *regexp.Regexp {
	parts := verb.Split(format, -1)
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`^(LimitExceeded: |[a-zA-Z.]+: )?` + strings.Join(parts, ".+") + `( \(used \d+ of \d+\))?$`)
}

// wordsOfCode are the API's words, and the plug-in's for the same.
func wordsOfCode(t *testing.T) (words []*regexp.Regexp) {
	t.Helper()
	for _, text := range literalsOfCode(t) {
		if strings.Contains(text, "; ") {
			words = append(words, pattern(text), pattern(plain.InCommands(text)))
		}
	}
	return words
}

var message = regexp.MustCompile(`(?s)\n +(?:- )?message: (.*?)\n +(?:messageExpression|rule|fieldPath):`)

func wordsOfSchema(t *testing.T) (words []*regexp.Regexp) {
	t.Helper()
	crds, err := filepath.Glob(root + "config/crd/bases/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, crd := range crds {
		for _, found := range message.FindAllStringSubmatch(read(t, crd), -1) {
			line := strings.Join(strings.Fields(strings.ReplaceAll(strings.Trim(found[1], "'"), "''", "'")), " ")
			words = append(words, pattern(strings.TrimSuffix(line, " "+citation.FindString(line))))
		}
	}
	return words
}

// formats say which argument of a refusal has its words.
var formats = map[string]int{"forbidden": 1, "invalid": 2, "exceeded": 3}

// TestEveryRefusalSaysWhatToDo: the words of each say what is wrong and, after a semicolon, what to do next.
func TestEveryRefusalSaysWhatToDo(t *testing.T) {
	checked := 0
	for _, file := range files(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name, _ := call.Fun.(*ast.Ident)
			if name == nil || formats[name.Name] == 0 || len(call.Args) <= formats[name.Name] {
				return true
			}
			if text, is := literal(call.Args[formats[name.Name]]); is && text != "%s" {
				checked++
				if !strings.Contains(text, "; ") {
					t.Errorf("does not say what to do next: %q", text)
				}
			}
			return true
		})
	}
	if checked < 60 {
		t.Errorf("found only %d refusals", checked)
	}
}
