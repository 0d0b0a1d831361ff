// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	syntax "text/template/parse"

	"github.com/polyorg/polyorg/internal/locale"
)

// dialect is what a template of the platform's own may have: fields, texts, conditions, and loops over lists that are none inside of another.
// Nothing in it makes a value longer. So it ends soon, whatever an invitation says. Fields, texts and types are checked in each branch, even
// where no sample takes it.
type dialect struct {
	tree *syntax.Tree
	data reflect.Type
	// variables are the types of those that were declared.
	variables map[string]reflect.Type
}

// scope is a place in a template.
type scope struct {
	dot     reflect.Type
	looping bool
}

var (
	aText   = reflect.TypeFor[string]()
	aNumber = reflect.TypeFor[int]()
	aTruth  = reflect.TypeFor[bool]()
	// aCondition is what the function and, or the function or, makes of values of different types.
	aCondition = reflect.TypeFor[any]()
)

func newDialect(tree *syntax.Tree, data reflect.Type) dialect {
	return dialect{tree, data, map[string]reflect.Type{}}
}

func (d dialect) check() error { return d.list(d.tree.Root, scope{dot: d.data}) }

// wrong is an error about a place.
func (d dialect) wrong(n syntax.Node, format string, args ...any) error {
	at, context := d.tree.ErrorContext(n)
	return fmt.Errorf("%s: <%s>: %s", at, context, fmt.Sprintf(format, args...))
}

func (d dialect) list(l *syntax.ListNode, in scope) error {
	if l == nil {
		return nil
	}
	for _, n := range l.Nodes {
		if err := d.node(n, in); err != nil {
			return err
		}
	}
	return nil
}

func (d dialect) node(n syntax.Node, in scope) error {
	switch n := n.(type) {
	case *syntax.TextNode, *syntax.CommentNode, *syntax.BreakNode, *syntax.ContinueNode:
		return nil
	case *syntax.ActionNode:
		return d.action(n, in)
	case *syntax.IfNode:
		_, err := d.pipe(n.Pipe, in)
		return d.branches(err, &n.BranchNode, in, in)
	case *syntax.WithNode:
		dot, err := d.pipe(n.Pipe, in)
		return d.branches(err, &n.BranchNode, scope{dot, in.looping}, in)
	case *syntax.RangeNode:
		return d.loop(n, in)
	}
	return d.wrong(n, "it is not offered")
}

func (d dialect) branches(err error, b *syntax.BranchNode, then, otherwise scope) error {
	if err == nil {
		err = d.list(b.List, then)
	}
	if err == nil {
		err = d.list(b.ElseList, otherwise)
	}
	return err
}

func (d dialect) action(n *syntax.ActionNode, in scope) error {
	is, err := d.pipe(n.Pipe, in)
	if err == nil && len(n.Pipe.Decl) == 0 && is.Kind() != reflect.String && is.Kind() != reflect.Int {
		return d.wrong(n, "it is no text; use range for a list, and if for a condition")
	}
	return err
}

func (d dialect) loop(n *syntax.RangeNode, in scope) error {
	if in.looping {
		return d.wrong(n.Pipe, "a range inside of another one is not offered")
	}
	over, err := d.one(n.Pipe, in)
	if err != nil {
		return err
	}
	if over.Kind() != reflect.Slice {
		return d.wrong(n.Pipe, "it is no list; a range is over .Message, .Quoted or .Others")
	}
	of := []reflect.Type{over.Elem()}
	if len(n.Pipe.Decl) == 2 {
		of = []reflect.Type{aNumber, over.Elem()}
	}
	for i, variable := range n.Pipe.Decl {
		if err := d.declare(variable, of[i]); err != nil {
			return err
		}
	}
	return d.branches(nil, &n.BranchNode, scope{over.Elem(), true}, in)
}

// declare notes the type of a variable. A variable of the same name has the same type everywhere.
func (d dialect) declare(v *syntax.VariableNode, is reflect.Type) error {
	name := v.Ident[0]
	if was, known := d.variables[name]; known && was != is {
		return d.wrong(v, "it was something else before; use another name")
	}
	d.variables[name] = is
	return nil
}

// pipe is the type of a value. It declares the variable that the value goes to.
func (d dialect) pipe(p *syntax.PipeNode, in scope) (reflect.Type, error) {
	is, err := d.one(p, in)
	for _, v := range p.Decl {
		if err == nil {
			err = d.declare(v, is)
		}
	}
	return is, err
}

func (d dialect) one(p *syntax.PipeNode, in scope) (reflect.Type, error) {
	if len(p.Cmds) != 1 {
		return nil, d.wrong(p, "a pipeline with | is not offered")
	}
	return d.command(p.Cmds[0], in)
}

// command is the type of a field, a constant, or the result of a call.
func (d dialect) command(c *syntax.CommandNode, in scope) (reflect.Type, error) {
	args := make([]reflect.Type, len(c.Args))
	for i, arg := range c.Args[1:] {
		var err error
		if args[i+1], err = d.value(arg, in); err != nil {
			return nil, err
		}
	}
	switch first := c.Args[0].(type) {
	case *syntax.IdentifierNode:
		return d.function(c, first.Ident, args[1:])
	case *syntax.FieldNode:
		return d.member(c, in.dot, first.Ident, args[1:])
	case *syntax.VariableNode:
		if first.Ident[0] == "$" && len(first.Ident) > 1 {
			return d.member(c, d.data, first.Ident[1:], args[1:])
		}
	}
	if len(c.Args) > 1 {
		return nil, d.wrong(c, "it takes nothing behind it")
	}
	return d.value(c.Args[0], in)
}

// value is the type of a value that stands by itself.
func (d dialect) value(n syntax.Node, in scope) (reflect.Type, error) {
	switch n := n.(type) {
	case *syntax.DotNode:
		return in.dot, nil
	case *syntax.StringNode:
		return aText, nil
	case *syntax.NumberNode:
		if n.IsInt && !strings.ContainsAny(n.Text, ".eEpPi'") {
			return aNumber, nil
		}
	case *syntax.BoolNode:
		return aTruth, nil
	case *syntax.PipeNode:
		return d.pipe(n, in)
	case *syntax.FieldNode:
		return d.member(n, in.dot, n.Ident, nil)
	case *syntax.VariableNode:
		return d.variable(n)
	}
	return nil, d.wrong(n, "it is not offered")
}

func (d dialect) variable(n *syntax.VariableNode) (reflect.Type, error) {
	switch is, known := d.variables[n.Ident[0]]; {
	case n.Ident[0] == "$" && len(n.Ident) == 1:
		return d.data, nil
	case n.Ident[0] == "$":
		return d.member(n, d.data, n.Ident[1:], nil)
	case known && len(n.Ident) == 1:
		return is, nil
	}
	return nil, d.wrong(n, "it is not offered")
}

// function is the type of the result of a function that is offered. None makes a text, and none fails with arguments of these types.
func (d dialect) function(c *syntax.CommandNode, name string, args []reflect.Type) (reflect.Type, error) {
	result, offered := results[name]
	if !offered {
		return nil, d.wrong(c, "the function %s is not offered; those offered are and, or, not, eq, ne, lt, le, gt, ge, len", name)
	}
	if is := result(args); is != nil {
		return is, nil
	}
	return nil, d.wrong(c, "the arguments of %s do not fit", name)
}

// results are the types of what functions return; nil if the arguments do not fit.
var results = map[string]func(args []reflect.Type) reflect.Type{
	"eq": func(args []reflect.Type) reflect.Type { return compared(args, len(args)) },
	"ne": ofTwo, "lt": ofTwo, "le": ofTwo, "gt": ofTwo, "ge": ofTwo,
	"and": either, "or": either,
	"not": func(args []reflect.Type) reflect.Type { return onlyIf(len(args) == 1, aTruth) },
	"len": func(args []reflect.Type) reflect.Type {
		return onlyIf(len(args) == 1 && (args[0].Kind() == reflect.Slice || args[0].Kind() == reflect.String), aNumber)
	},
}

func onlyIf(fit bool, is reflect.Type) reflect.Type {
	if fit {
		return is
	}
	return nil
}

func ofTwo(args []reflect.Type) reflect.Type { return compared(args, 2) }

// compared wants so many texts, or so many numbers, and two at least.
func compared(args []reflect.Type, want int) reflect.Type {
	fit := len(args) == want && want > 1 && alike(args) && (args[0].Kind() == reflect.String || args[0] == aNumber)
	return onlyIf(fit, aTruth)
}

// either is one of its arguments.
func either(args []reflect.Type) reflect.Type {
	if len(args) > 0 && alike(args) {
		return args[0]
	}
	return onlyIf(len(args) > 0, aCondition)
}

func alike(args []reflect.Type) bool {
	return !slices.ContainsFunc(args, func(t reflect.Type) bool { return t != args[0] })
}

// member is the type of a field, or of what a method returns.
func (d dialect) member(n syntax.Node, of reflect.Type, names []string, args []reflect.Type) (reflect.Type, error) {
	for i, name := range names {
		if m, is := of.MethodByName(name); is && i == len(names)-1 {
			return d.method(n, m, args)
		}
		if of.Kind() != reflect.Struct {
			return nil, d.wrong(n, "here the dot is a value of a list or a condition; write $.%s", name)
		}
		field, is := of.FieldByName(name)
		if !is || !field.IsExported() || field.Anonymous {
			return nil, d.wrong(n, "there is no field .%s; there are %s", name, fieldsOf(of))
		}
		of = field.Type
	}
	if len(args) > 0 {
		return nil, d.wrong(n, "a field takes nothing behind it")
	}
	return of, nil
}

// texts begin the IDs of texts that need no more than an e-mail has.
var texts = []string{"invitation.", "mail."}

func (d dialect) method(n syntax.Node, m reflect.Method, args []reflect.Type) (reflect.Type, error) {
	fit := len(args) == m.Type.NumIn()-1
	for i := range args {
		fit = fit && args[i].AssignableTo(m.Type.In(i+1))
	}
	if !fit {
		return nil, d.wrong(n, "the arguments of .%s do not fit", m.Name)
	}
	if m.Name == "Text" {
		return m.Type.Out(0), d.text(n)
	}
	return m.Type.Out(0), nil
}

// text accepts a text by its ID alone: any other value could be none.
func (d dialect) text(n syntax.Node) error {
	var id *syntax.StringNode
	if c, is := n.(*syntax.CommandNode); is {
		id, _ = c.Args[len(c.Args)-1].(*syntax.StringNode)
	}
	if id == nil {
		return d.wrong(n, `.Text takes the name of a text between quotation marks, such as "mail.accept"`)
	}
	of := func(begin string) bool { return strings.HasPrefix(id.Text, begin) }
	if !locale.Shipped().Has(id.Text) || !slices.ContainsFunc(texts, of) && id.Text != "colon" {
		return d.wrong(n, "there is no text %q for e-mails; their names begin with invitation. or mail.", id.Text)
	}
	return nil
}

// fieldsOf names the fields and methods that a template can use.
func fieldsOf(data reflect.Type) string {
	names := map[string]bool{}
	for _, f := range reflect.VisibleFields(data) {
		if f.IsExported() && !f.Anonymous {
			names["."+f.Name] = true
		}
	}
	for i := range data.NumMethod() {
		names["."+data.Method(i).Name] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), " ")
}
