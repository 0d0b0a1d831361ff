// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"
)

// forms are what a flag takes, by its type.
var forms = map[string]string{
	"int32": "write a whole number", "duration": "write a time with its unit, for example 30s or 5m", "bool": "write true or false",
}

// Misuse is an error of the command line.
func Misuse(format string, args ...any) error { return &Error{Misused, fmt.Sprintf(format, args...)} }

// Missing is the error for something that there is not.
func Missing(format string, args ...any) error { return &Error{NotFound, fmt.Sprintf(format, args...)} }

// OfCommandLine is an error of the command line, without the words of Go.
func OfCommandLine(err error) string {
	wrong, is := errors.AsType[*pflag.InvalidValueError](err)
	if !is || forms[wrong.GetFlag().Value.Type()] == "" {
		return err.Error()
	}
	return fmt.Sprintf("%q is no value for --%s; %s", wrong.GetValue(), wrong.GetFlag().Name, forms[wrong.GetFlag().Value.Type()])
}
