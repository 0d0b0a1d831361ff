// SPDX-License-Identifier: Apache-2.0

package locale

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template/parse"
)

// checkPlaceholders accepts a platform's own text if it can be filled in wherever the shipped one can. It has no other placeholders, and nothing
// that could fail, repeat itself or grow.
func checkPlaceholders(text, shipped string) error {
	of, err := parseText(shipped)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	collect(of.Root, known)
	own, err := parseText(text)
	if err != nil {
		return err
	}
	return placeholders{own, known}.list(own.Root)
}

// functions are those that a text may call.
var functions = map[string]any{"eq": true, "not": true, "printf": true}

func parseText(text string) (*parse.Tree, error) {
	const name = "line"
	tree, err := parse.New(name).Parse(text, "{{", "}}", map[string]*parse.Tree{}, functions)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "template: "))
	}
	return tree, nil
}

// collect collects the placeholders of a shipped text.
func collect(n parse.Node, into map[string]bool) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, each := range n.Nodes {
				collect(each, into)
			}
		}
	case *parse.ActionNode:
		collect(n.Pipe, into)
	case *parse.IfNode:
		collect(n.Pipe, into)
		collect(n.List, into)
		collect(n.ElseList, into)
	case *parse.PipeNode:
		for _, command := range n.Cmds {
			for _, arg := range command.Args {
				collect(arg, into)
			}
		}
	case *parse.FieldNode:
		into[n.Ident[0]] = true
	}
}

// placeholders are those that a text may have.
type placeholders struct {
	tree  *parse.Tree
	known map[string]bool
}

func (p placeholders) list(l *parse.ListNode) error {
	if l == nil {
		return nil
	}
	for _, n := range l.Nodes {
		if err := p.node(n); err != nil {
			return err
		}
	}
	return nil
}

func (p placeholders) node(n parse.Node) error {
	switch n := n.(type) {
	case *parse.TextNode:
		return nil
	case *parse.ActionNode:
		return p.insertion(n.Pipe)
	case *parse.IfNode:
		return errors.Join(p.condition(n.Pipe), p.list(n.List), p.list(n.ElseList))
	}
	return p.unknown(n)
}

// insertion accepts {{.Name}}, and {{printf "%02d" .Number}}.
func (p placeholders) insertion(pipe *parse.PipeNode) error {
	args, err := p.command(pipe)
	if err != nil {
		return err
	}
	if len(args) == 3 && isCall(args[0], "printf") {
		format, is := args[1].(*parse.StringNode)
		if !is || !formats.MatchString(format.Text) {
			return p.unknown(pipe)
		}
		if err := p.field(args[2]); err != nil {
			return err
		}
		if isNumber(args[2]) != strings.Contains(formats.FindStringSubmatch(format.Text)[1], "d") {
			return p.unknown(pipe)
		}
		return nil
	}
	if len(args) != 1 {
		return p.unknown(pipe)
	}
	return p.field(args[0])
}

// formats have one value, in a width of one digit at most: a wide one takes memory.
var formats = regexp.MustCompile(`^[^%]*%0?[1-9]?([ds])[^%]*$`)

// condition accepts {{if .Name}}, {{if not .Name}}, and {{if eq .Name "a value"}}.
func (p placeholders) condition(pipe *parse.PipeNode) error {
	args, err := p.command(pipe)
	switch {
	case err != nil:
		return err
	case len(args) == 1:
		return p.field(args[0])
	case len(args) == 2 && isCall(args[0], "not"):
		return p.field(args[1])
	case len(args) == 3 && isCall(args[0], "eq") && alike(args[1], args[2]):
		return p.field(args[1])
	}
	return p.unknown(pipe)
}

// command is the one command of a pipeline.
func (p placeholders) command(pipe *parse.PipeNode) ([]parse.Node, error) {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 {
		return nil, p.unknown(pipe)
	}
	return pipe.Cmds[0].Args, nil
}

func (p placeholders) field(n parse.Node) error {
	f, is := n.(*parse.FieldNode)
	switch {
	case !is:
		return p.unknown(n)
	case len(f.Ident) != 1 || !p.known[f.Ident[0]]:
		return fmt.Errorf("it has the placeholder {{%s}}; this text can have %s", f, p.names())
	}
	return nil
}

func (p placeholders) names() string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(p.known)) {
		names = append(names, "{{."+name+"}}")
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func (p placeholders) unknown(n parse.Node) error {
	at, context := p.tree.ErrorContext(n)
	return fmt.Errorf("%s: a text cannot have {{%s}}; see the shipped texts for what it can have", at, context)
}

func isCall(n parse.Node, name string) bool {
	f, is := n.(*parse.IdentifierNode)
	return is && f.Ident == name
}

// numbers are the placeholders that are no texts.
var numbers = []string{"Day", "Year", "Hour", "Minute"}

func isNumber(n parse.Node) bool {
	f, is := n.(*parse.FieldNode)
	return is && slices.Contains(numbers, f.Ident[0])
}

var digits = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})$`)

// alike reports whether a placeholder and a constant are of one type.
func alike(field, constant parse.Node) bool {
	switch c := constant.(type) {
	case *parse.NumberNode:
		return isNumber(field) && digits.MatchString(c.Text)
	case *parse.StringNode:
		return !isNumber(field)
	}
	return false
}
