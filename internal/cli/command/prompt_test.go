// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"io"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/polyorg/polyorg/internal/cli/plain"
)

// An interrupt ends a command that waits for a line which nobody types.
func TestInterruptAtAPrompt(t *testing.T) {
	for line, want := range map[string]string{
		"delete zylker":       "error: interrupted: nothing was deleted\n",
		"accept --mail-token": "error: interrupted: no invitation was answered\n",
	} {
		t.Run(line, func(t *testing.T) {
			in, typed := io.Pipe()
			defer typed.Close()
			streams, _, _, errOut := genericiooptions.NewTestIOStreams()
			streams.In = in
			ctx, interrupt := context.WithCancel(t.Context())
			interrupt()
			if code := Run(ctx, streams, strings.Fields(line)); code != plain.Later || !strings.HasSuffix(errOut.String(), "\n"+want) {
				t.Errorf("code %d, said %q", code, errOut.String())
			}
		})
	}
}

// The text after a question stands on a line of its own, also where no terminal has shown the answer.
func TestQuestionEndsItsLine(t *testing.T) {
	streams, in, _, errOut := genericiooptions.NewTestIOStreams()
	in.WriteString("other\n")
	code := Run(t.Context(), streams, []string{"delete", "zylker"})
	if want := ": \nerror: nothing was deleted: the name was not repeated\n"; code != plain.Misused || !strings.HasSuffix(errOut.String(), want) {
		t.Errorf("code %d, said %q", code, errOut.String())
	}
}
