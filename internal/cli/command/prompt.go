// SPDX-License-Identifier: Apache-2.0

package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
)

// longestLine is more than any name or token has.
const longestLine = 4096

// line is what somebody answered, or why nothing came.
type line struct {
	text string
	err  error
}

// ask asks a question, if there is one, and reads one line. An interrupt ends the wait. The reader then stays behind, since nothing ends it
// but a line, and the program ends.
func ask(ctx context.Context, s *session.Session, question string) (string, error) {
	fmt.Fprint(s.ErrOut, question)
	read := make(chan line, 1)
	go func() {
		text, err := bufio.NewReader(io.LimitReader(s.In, longestLine)).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
		read <- line{strings.TrimSpace(text), err}
	}()
	select {
	case l := <-read:
		if question != "" && !isTerminal(s.In) {
			fmt.Fprintln(s.ErrOut) // a terminal shows the end of the line by itself
		}
		return l.text, l.err
	case <-ctx.Done():
		fmt.Fprintln(s.ErrOut)
		return "", ctx.Err()
	}
}

// interrupted is the error after an interrupt. It says what did not happen.
func interrupted(nothing string) error {
	return &plain.Error{Code: plain.Later, Message: "interrupted: " + nothing}
}
