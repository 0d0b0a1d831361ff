// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/polyorg/polyorg/internal/cli/plain"
)

// invites runs `invite` against a server of which only the end of the connection counts.
func invites(ctx context.Context, t *testing.T, answer http.HandlerFunc, args ...string) (code plain.Code, out, errOut string) {
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
	code, out, errOut := invites(ctx, t, func(_ http.ResponseWriter, r *http.Request) {
		interrupt()
		_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that the client is gone
		<-r.Context().Done()
	}, "--file", people(t, "a@x.com\nb@x.com\n"))
	if code != plain.Later || out != "" || errOut != "error: interrupted; nobody was invited\n" {
		t.Errorf("code %d, said %q, %q", code, out, errOut)
	}
}

// admits answers every creation with the object, and every list with an empty one.
func admits(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodPost {
		w.WriteHeader(http.StatusCreated)
		_, _ = io.Copy(w, r.Body)
		return
	}
	_, _ = io.WriteString(w, `{"apiVersion":"polyorg.io/v1alpha1","kind":"InvitationList","items":[]}`)
}

func TestInviteReport(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report.csv")
	if code, out, errOut := invites(t.Context(), t, admits, "a@x.com", "--report", report); code != plain.Done {
		t.Errorf("code %d, said %q, %q", code, out, errOut)
	}
	if rows, err := os.ReadFile(report); err != nil || string(rows) != "line,email,outcome,why\n,a@x.com,Invited,\n" {
		t.Errorf("%v, the report of one address is %q", err, rows)
	}
	code, out, errOut := invites(t.Context(), t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") },
		"a@x.com", "--report", filepath.Join(t.TempDir(), "none", "report.csv"))
	if code != plain.Misused || !strings.Contains(errOut, "the report cannot be written") {
		t.Errorf("code %d, said %q, %q", code, out, errOut)
	}
}
