// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// conditionsFile lists the conditions and the reasons that the API promises.
const conditionsFile = "../api/v1alpha1/conditions.go"

// TestWhatTheAPIPromisesIsSaid compares two lists: the conditions and reasons of the API, and those that the operator's code names.
func TestWhatTheAPIPromisesIsSaid(t *testing.T) {
	said := map[string]bool{}
	for _, root := range []string{".", "../internal", "../cmd"} {
		eachFile(t, root, func(f *ast.File) {
			ast.Inspect(f, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && isPromise(s.Sel.Name) && ofTheAPI(s.X) {
					said[s.Sel.Name] = true
				}
				return true
			})
		})
	}
	promised := map[string]bool{}
	for name := range promises(t) {
		promised[name] = true
	}
	if diff := cmp.Diff(promised, said); diff != "" {
		t.Errorf("conditions and reasons (-promised by the API, +named by the operator):\n%s", diff)
	}
}

// named finds the conditions in a comment, as in Ready=False.
var named = regexp.MustCompile(`\b([A-Z][A-Za-z]+)=(True|False|Unknown)\b`)

// TestReasonsNameConditionsThatThereAre reads the comments of the reasons: each names the condition that it appears with.
func TestReasonsNameConditionsThatThereAre(t *testing.T) {
	all := promises(t)
	for name, comment := range all {
		if !strings.HasPrefix(name, "Reason") {
			continue
		}
		found := named.FindAllStringSubmatch(comment, -1)
		if len(found) == 0 && !strings.Contains(comment, "event") {
			t.Errorf("%s does not say with which condition it appears: %s", name, comment)
		}
		for _, match := range found {
			if _, there := all["Condition"+match[1]]; !there {
				t.Errorf("%s appears with %s, which is no condition", name, match[1])
			}
		}
	}
}

func isPromise(name string) bool {
	return strings.HasPrefix(name, "Reason") || strings.HasPrefix(name, "Condition")
}

func ofTheAPI(of ast.Expr) bool {
	pkg, ok := of.(*ast.Ident)
	return ok && pkg.Name == "v1alpha1"
}

// promises are the comments of the constants, by their names.
func promises(t *testing.T) map[string]string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), conditionsFile, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && isPromise(v.Names[0].Name) {
			all[v.Names[0].Name] = strings.Join(strings.Fields(v.Doc.Text()), " ")
		}
		return true
	})
	return all
}

// eachFile parses the Go files under a folder, but for tests.
func eachFile(t *testing.T, root string, do func(*ast.File)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil {
			do(f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
