// SPDX-License-Identifier: Apache-2.0

package show

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/polyorg/polyorg/internal/cli/plain"
)

// Output is the choice of the flag --output.
type Output struct {
	format string
	flags  *genericclioptions.PrintFlags
}

// formats are offered by completion; jsonpath and templates work too.
var formats = []string{"table", "wide", "json", "yaml", "name"}

// AddFlags adds --output.
func (o *Output) AddFlags(cmd *cobra.Command, scheme *runtime.Scheme) {
	o.flags = genericclioptions.NewPrintFlags("").WithTypeSetter(scheme)
	o.flags.OutputFormat = &o.format
	cmd.Flags().StringVarP(&o.format, "output", "o", "table", "How to print: "+strings.Join(formats, ", ")+", or jsonpath=… and go-template=… as with kubectl.")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

// Wide reports whether all columns are wanted.
func (o *Output) Wide() bool { return o.format == "wide" }

// ForPeople reports whether tables and sentences are wanted.
func (o *Output) ForPeople() bool { return o.format == "table" || o.format == "" || o.Wide() }

// Check finds a format that there is not, before anything is asked or changed.
func (o *Output) Check() error {
	if o.ForPeople() {
		return nil
	}
	if _, err := o.flags.ToPrinter(); err != nil {
		return plain.Misuse("there is no output format %q; choose one of %s", o.format, strings.Join(formats, ", "))
	}
	return nil
}

// Print writes a document for programs: whole, or with -o name the names of the objects that it is about.
func (o *Output) Print(w io.Writer, document runtime.Object, named ...runtime.Object) error {
	p, err := o.flags.ToPrinter()
	if err != nil {
		return err
	}
	if o.format != "name" || named == nil {
		return p.PrintObj(document, w)
	}
	for _, obj := range named {
		if err := p.PrintObj(obj, w); err != nil {
			return err
		}
	}
	return nil
}

// PrintReport writes a report of a command's own as an object, so that it prints in every format.
func (o *Output) PrintReport(w io.Writer, kind string, report any) error {
	data, err := json.Marshal(report)
	if err != nil {
		return err
	}
	u := &unstructured.Unstructured{Object: map[string]any{}}
	if err := json.Unmarshal(data, &u.Object); err != nil {
		return fmt.Errorf("report %s: %w", kind, err)
	}
	u.SetAPIVersion("cli.polyorg.io/v1alpha1")
	u.SetKind(kind)
	u.SetName("report")
	return o.Print(w, u)
}
