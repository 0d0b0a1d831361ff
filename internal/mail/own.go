// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"bytes"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"reflect"
	"regexp"
	texttemplate "text/template"
	syntax "text/template/parse"
)

// Names of the templates in errors.
const (
	HTMLTemplate = "invitation.html"
	TextTemplate = "invitation.txt"
)

// maxPart is how many bytes a part has at most that a platform's own template makes. Some mail programs cut off what is longer than 100 KiB.
const maxPart = 256 << 10

// Templates are a platform's own, with the fields of values.go. An empty one leaves ours in its place.
type Templates struct {
	// HTML is for html/template, and Text for text/template.
	HTML, Text string
}

// With writes with templates of the platform's own. Its errors begin with the name of the template, and with the line if they have one. What
// such a template makes of an invitation, Compose checks each time.
func (c *Composer) With(own Templates) (*Composer, error) {
	with := *c
	var errs []error
	if own.HTML != "" {
		t, err := htmltemplate.New(HTMLTemplate).Parse(own.HTML)
		if err == nil {
			err = checkTemplate(HTMLTemplate, t.Tree, len(t.Templates()), reflect.TypeFor[inHTML]())
		}
		errs = append(errs, plainly(err))
		with.html = part{t, HTMLTemplate, promiseHTML}
	}
	if own.Text != "" {
		t, err := texttemplate.New(TextTemplate).Parse(own.Text)
		if err == nil {
			err = checkTemplate(TextTemplate, t.Tree, len(t.Templates()), reflect.TypeFor[values]())
		}
		errs = append(errs, plainly(err))
		with.text = part{t, TextTemplate, promiseText}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &with, nil
}

// checkTemplate checks a template that was parsed, before it is executed for the first time.
func checkTemplate(name string, tree *syntax.Tree, templates int, data reflect.Type) error {
	switch {
	case tree == nil || tree.Root == nil:
		return fmt.Errorf("%s: it has no content", name)
	case templates > 1:
		return fmt.Errorf("%s: define and block are not offered; write everything in one template", name)
	}
	return newDialect(tree, data).check()
}

// beginnings are what the packages of templates put before the name of a template.
var beginnings = regexp.MustCompile(`^(html/template: ?|template: ?)+`)

// plainly is an error of a template without what only its programmer knows.
func plainly(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(beginnings.ReplaceAllString(err.Error(), ""))
}

// bounded is a buffer that takes no more than a part may have.
type bounded struct {
	bytes.Buffer
	name string
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxPart {
		return 0, fmt.Errorf("%s: it makes more than %d KiB", b.name, maxPart>>10)
	}
	return b.Buffer.Write(p)
}
