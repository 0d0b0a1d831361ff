// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/polyorg/polyorg/internal/cli/plain"
)

// invites runs `invite` against a server of which only the end of the connection counts.
func invites(t *testing.T, ctx context.Context, answer http.HandlerFunc, args ...string) (code plain.Code, out, errOut string) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	streams, _, o, e := genericiooptions.NewTestIOStreams()
	code = Run(ctx, streams, append([]string{"invite", "--organization=labs", "--server=" + server.URL}, args...))
	return code, o.String(), e.String()
}

func people(t *testing.T, text string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestInviteInterruptedBefore(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	code, out, errOut := invites(t, ctx, func(_ http.ResponseWriter, r *http.Request) {
		interrupt()
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client is gone
		<-r.Context().Done()
	}, "--file", people(t, "a@x.com\nb@x.com\n"))
	if code != plain.Later || out != "" || errOut != "error: interrupted; nobody was invited\n" {
		t.Errorf("code %d, said %q, %q", code, out, errOut)
	}
}
