// SPDX-License-Identifier: Apache-2.0

package crm

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func ask(t *testing.T, header http.Header) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := New(l)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, "http://"+l.Addr().String()+"/a%2Fb?c=d", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Asked("zylker"); got != 1 {
		t.Errorf("want one request for zylker, got %d", got)
	}
	return string(body)
}

func TestEchoHasEachValueOfTheHeader(t *testing.T) {
	var e Echo
	if err := json.Unmarshal([]byte(ask(t, http.Header{Header: {"zylker", "other"}})), &e); err != nil {
		t.Fatal(err)
	}
	if e.Organization != "zylker" || len(e.Organizations) != 2 || e.Target != "/a%2Fb?c=d" {
		t.Errorf("got %+v", e)
	}
}

func TestABrowserGetsAPage(t *testing.T) {
	text := ask(t, http.Header{Header: {"zylker"}, "Accept": {"text/html"}, "X-Other": {"<script>"}})
	if !strings.Contains(text, "<h1>zylker</h1>") || strings.Contains(text, "<script>") {
		t.Errorf("got %s", text)
	}
}
