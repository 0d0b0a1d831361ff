// SPDX-License-Identifier: Apache-2.0

package plain

import "fmt"

// Misuse is an error of the command line.
func Misuse(format string, args ...any) error { return &Error{Misused, fmt.Sprintf(format, args...)} }

// Missing is the error for something that there is not.
func Missing(format string, args ...any) error { return &Error{NotFound, fmt.Sprintf(format, args...)} }
