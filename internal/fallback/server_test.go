// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/polyorg/polyorg/internal/web"
)

// running serves on loopback as the operator does, until the end of the test.
func running(t *testing.T, h http.Handler) (address string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- (&web.Server{Name: "the test", Handler: h}).Serve(ctx, listener) }()
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
	_ = c.SetDeadline(time.Now().Add(10 * time.Second)) // less than web.RequestTime
	return c
}

// send sends a request as it is written, and reads one answer.
func send(t *testing.T, c net.Conn, request string) (*http.Response, string) {
	t.Helper()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	answer, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// TestRequestsAsTheyCome: a request in another form than a browser's leads to no other host.
func TestRequestsAsTheyCome(t *testing.T) {
	address := running(t, handler(t))
	const host = "\r\nHost: " + formerHost + "\r\n"
	for sentence, tc := range map[string]struct {
		request string
		status  int
		to      string
	}{
		"a path with two slashes":                 {"GET //evil.example HTTP/1.1" + host, 308, "//evil.example"},
		"a path with a backslash":                 {"GET /\\evil.example HTTP/1.1" + host, 308, "/%5Cevil.example"},
		"slashes that are encoded":                {"GET /a%2f%2Fb|c HTTP/1.1" + host, 308, "/a%2f%2Fb|c"},
		"line ends that are encoded":              {"GET /%0d%0aX:%20y HTTP/1.1" + host, 308, "/%0d%0aX:%20y"},
		"bytes beyond ASCII":                      {"GET /\xff\xc3\xa9 HTTP/1.1" + host, 308, "/%FF%C3%A9"},
		"a line end alone":                        {"GET /\nX HTTP/1.1" + host, 400, ""},
		"a space":                                 {"GET /a b HTTP/1.1" + host, 400, ""},
		"a target in absolute form":               {"GET http://" + formerHost + "/a?b HTTP/1.1" + host, 308, "/a?b"},
		"its host counts, as HTTP says":           {"GET http://evil.example/a HTTP/1.1" + host, 404, ""},
		"its host counts, and this one is former": {"GET http://" + formerHost + "/a HTTP/1.1\r\nHost: evil.example\r\n", 308, "/a"},
		"a target without a host":                 {"GET http:///evil.example HTTP/1.1" + host, 308, "/evil.example"},
		"a target that is no path":                {"GET evil.example/x HTTP/1.1" + host, 400, ""},
		"a target that continues the host":        {"GET .evil.example/x HTTP/1.1" + host, 400, ""},
		"the server's options":                    {"OPTIONS * HTTP/1.1" + host, 308, "/"},
		"a tunnel":                                {"CONNECT evil.example:443 HTTP/1.1" + host, 404, ""},
		"a tunnel to the former host":             {"CONNECT " + formerHost + ":443 HTTP/1.1" + host, 308, "/"},
		"two hosts":                               {"GET / HTTP/1.1" + host + "Host: evil.example\r\n", 400, ""},
		"no host":                                 {"GET / HTTP/1.1\r\n", 400, ""},
		"no host, in HTTP/1.0":                    {"GET / HTTP/1.0\r\n", 404, ""},
		"a host in other letters, with a port":    {"GET /x HTTP/1.1\r\nHost: oLd.CRM.example.com.:8443\r\n", 308, "/x"},
		"a host beyond ASCII":                     {"GET / HTTP/1.1\r\nHost: old\xe3\x80\x82crm.example.com\r\n", 400, ""},
		"an address":                              {"GET / HTTP/1.1\r\nHost: [::1]:80\r\n", 404, ""},
		"a method of its own":                     {"PURGE /x HTTP/1.1" + host, 308, "/x"},
	} {
		t.Run(sentence, func(t *testing.T) {
			want := tc.to
			if want != "" {
				want = "https://" + presentHost + want
			}
			answer, _ := send(t, open(t, address), tc.request+"\r\n")
			if got := answer.Header.Get("Location"); answer.StatusCode != tc.status || got != want {
				t.Errorf("%d to %q, want %d to %q", answer.StatusCode, got, tc.status, want)
			}
		})
	}
}

// TestBodies: a body changes no answer. After a small one the connection serves the next request, and nobody waits for a large one.
func TestBodies(t *testing.T) {
	address := running(t, handler(t))
	for sentence, tc := range map[string]struct {
		length, body string
		again        bool
	}{
		"of a known length":     {"Content-Length: 11", "hello=world", true},
		"in chunks":             {"Transfer-Encoding: chunked", "b\r\nhello=world\r\n0\r\n\r\n", true},
		"of very many bytes":    {"Content-Length: 10000000000", "", false},
		"that waits for a word": {"Expect: 100-continue\r\nContent-Length: 11", "", false},
	} {
		for host, status := range map[string]int{formerHost: 308, closedHost: 403, "gone.crm.example.com": 404} {
			t.Run(sentence+", "+host, func(t *testing.T) {
				c := open(t, address)
				answer, _ := send(t, c, "POST /form HTTP/1.1\r\nHost: "+host+"\r\n"+tc.length+"\r\n\r\n"+tc.body)
				if answer.StatusCode != status || answer.Close == tc.again {
					t.Fatalf("%d, want %d; the connection ends: %t", answer.StatusCode, status, answer.Close)
				}
				if !tc.again {
					return
				}
				next, _ := send(t, c, "GET /next HTTP/1.1\r\nHost: "+formerHost+"\r\n\r\n")
				if got := next.Header.Get("Location"); got != "https://"+presentHost+"/next" {
					t.Errorf("the next request: %d to %q", next.StatusCode, got)
				}
			})
		}
	}
}

// TestHead: HEAD has the headers of GET, and no body.
func TestHead(t *testing.T) {
	address := running(t, handler(t))
	for _, host := range []string{formerHost, closedHost, youngHost, baseDomain, "gone.crm.example.com"} {
		rest := " /x HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
		get, page := send(t, open(t, address), "GET"+rest)
		head, none := send(t, open(t, address), "HEAD"+rest)
		if none != "" || head.StatusCode != get.StatusCode {
			t.Errorf("%s: %d and %d, %q", host, get.StatusCode, head.StatusCode, none)
		}
		if (page == "") != (get.StatusCode == 308 || get.StatusCode == 307) {
			t.Errorf("%s: %d with %d bytes", host, get.StatusCode, len(page))
		}
		for _, name := range []string{"Location", "Content-Type", "Cache-Control", "Content-Language"} {
			if get.Header.Get(name) != head.Header.Get(name) {
				t.Errorf("%s: %s is %q and %q", host, name, get.Header.Get(name), head.Header.Get(name))
			}
		}
	}
}
