// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
)

// comments are what the source of a package says, by the names that it has in Go.
type comments struct {
	pkg    string
	fields map[[2]string]string // by type and field
	values map[string][]value   // by type
}

// value is one of those that a field can have.
type value struct{ name, comment string }

func readComments(dir string) (*comments, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, path := range paths {
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	pkg, err := doc.NewFromFiles(set, files, dir)
	if err != nil {
		return nil, err
	}
	c := &comments{pkg: pkg.Doc, fields: map[[2]string]string{}, values: map[string][]value{}}
	for _, t := range pkg.Types {
		c.read(t)
	}
	return c, nil
}

func (c *comments) read(t *doc.Type) {
	for _, spec := range t.Decl.Specs {
		if s, ok := spec.(*ast.TypeSpec).Type.(*ast.StructType); ok {
			c.readFields(t.Name, s.Fields)
		}
	}
	for _, consts := range t.Consts {
		for _, spec := range consts.Decl.Specs {
			c.readValue(t.Name, spec.(*ast.ValueSpec))
		}
	}
}

func (c *comments) readFields(kind string, fields *ast.FieldList) {
	for _, f := range fields.List {
		for _, name := range f.Names {
			c.fields[[2]string{kind, name.Name}] = oneLine(f.Doc.Text())
		}
	}
}

// readValue takes the comment of a constant from above or beside it, without the constant's name in Go.
func (c *comments) readValue(kind string, spec *ast.ValueSpec) {
	literal, ok := spec.Values[0].(*ast.BasicLit)
	if !ok {
		return
	}
	name, err := strconv.Unquote(literal.Value)
	if err != nil {
		return
	}
	comment := oneLine(spec.Doc.Text() + spec.Comment.Text())
	c.values[kind] = append(c.values[kind], value{name, strings.TrimPrefix(comment, spec.Names[0].Name+" ")})
}

// of is the comment of a field, which begins with its name in the file.
func (c *comments) of(kind reflect.Type, field reflect.StructField) string {
	comment := c.fields[[2]string{kind.Name(), field.Name}]
	if rest, ok := strings.CutPrefix(comment, nameOf(field)+" "); ok {
		return "`" + nameOf(field) + "` " + rest
	}
	return comment
}

// oneLine makes a comment fit for a cell of a table.
func oneLine(comment string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;", "|", `\|`).Replace(strings.Join(strings.Fields(comment), " "))
}
