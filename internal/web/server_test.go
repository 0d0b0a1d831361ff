// SPDX-License-Identifier: Apache-2.0

package web

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/netutil"
)

// ok answers every request.
var ok = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })

// running serves on loopback, for some connections at once, until the end of the test.
func running(t *testing.T, handler http.Handler, connections int) (address string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- serve(ctx, netutil.LimitListener(listener, connections), handler) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Errorf("it did not stop: %v", err)
		}
	})
	return listener.Addr().String()
}

func open(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// ask sends a request as it is written, and returns the status of the answer.
func ask(t *testing.T, c net.Conn, request string, within time.Duration) (int, error) {
	t.Helper()
	if _, err := c.Write([]byte(request)); err != nil {
		return 0, err
	}
	_ = c.SetReadDeadline(time.Now().Add(within))
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, err
	}
	_ = answer.Body.Close()
	return answer.StatusCode, nil
}

const (
	get      = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	longTime = 10 * time.Second
)

// TestConnections: a connection beyond the bound waits for the end of another.
func TestConnections(t *testing.T) {
	address := running(t, ok, 2)
	first, second, third := open(t, address), open(t, address), open(t, address)
	for _, c := range []net.Conn{first, second} {
		if _, err := ask(t, c, get, longTime); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ask(t, third, get, 200*time.Millisecond); err == nil {
		t.Error("a connection beyond the bound is served")
	}
	_ = first.Close()
	if _, err := ask(t, third, "", longTime); err != nil {
		t.Errorf("nobody is served after the end of a connection: %v", err)
	}
}

func TestRequestsOutOfForm(t *testing.T) {
	address := running(t, ok, 10)
	for sentence, tc := range map[string]struct {
		request string
		want    int
	}{
		"one in form":                  {get, http.StatusNoContent},
		"the server's options as well": {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", http.StatusNoContent},
		"headers that are too large":   {"GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("a", headerBytes+8<<10) + "\r\n\r\n", http.StatusRequestHeaderFieldsTooLarge},
		"two hosts":                    {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", http.StatusBadRequest},
		"no host":                      {"GET / HTTP/1.1\r\n\r\n", http.StatusBadRequest},
		"a path with a control letter": {"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", http.StatusBadRequest},
		"nonsense":                     {"hello\r\n\r\n", http.StatusBadRequest},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got, err := ask(t, open(t, address), tc.request, longTime); got != tc.want || err != nil {
				t.Errorf("got %d, %v; want %d", got, err, tc.want)
			}
		})
	}
}

// TestStop: a request that has come is finished, and no other is taken.
func TestStop(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	come, finish := make(chan struct{}), make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(come)
		<-finish
		w.WriteHeader(http.StatusNoContent)
	})
	go func() { stopped <- serve(ctx, listener, slow) }()
	c := open(t, listener.Addr().String())
	if _, err := c.Write([]byte(get)); err != nil {
		t.Fatal(err)
	}
	<-come
	stop()
	select {
	case err := <-stopped:
		t.Errorf("it stopped before the end of a request: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	close(finish)
	if got, err := ask(t, c, "", longTime); got != http.StatusNoContent || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestStartSaysWhatIsNotServed(t *testing.T) {
	s := &Server{Name: "the test", Address: "127.0.0.1:none", Handler: ok}
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "listen for the test") {
		t.Errorf("got %v", err)
	}
	if s.NeedLeaderElection() {
		t.Error("only the leader would serve")
	}
}
