// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// origin is the beginning of every access URL, but for its host.
type origin struct {
	scheme string
	port   int // 0: the scheme's own
}

// ownPorts are those that no URL needs to say.
var ownPorts = map[string]int{"https": 443, "http": 80}

func newOrigin(scheme string, port int) (origin, error) {
	own, known := ownPorts[scheme]
	switch {
	case !known:
		return origin{}, fmt.Errorf("the scheme of access URLs is https or http, not %q", scheme)
	case port < 0 || port > 65535:
		return origin{}, fmt.Errorf("the port of access URLs is 1 to 65535, or 0 for the scheme's own, not %d", port)
	case port == own:
		port = 0
	}
	return origin{scheme, port}, nil
}

// at is the URL of a host, without a path.
func (o origin) at(host string) string {
	if o.port != 0 {
		host += ":" + strconv.Itoa(o.port)
	}
	return o.scheme + "://" + host
}

// target is the path and the query of a request, as its sender wrote them. It begins with a slash, so nothing in it can become part of the
// host before it.
func target(r *http.Request) string {
	raw := r.RequestURI
	if !strings.HasPrefix(raw, "/") {
		raw = withoutOrigin(raw)
	}
	return escaped(raw)
}

// withoutOrigin is the path and the query of a target in absolute form, as in GET http://host/path. Another target has neither.
func withoutOrigin(absolute string) string {
	_, rest, found := strings.Cut(absolute, "://")
	begin := strings.IndexAny(rest, "/?")
	switch {
	case !found || begin < 0:
		return "/"
	case rest[begin] == '?':
		return "/" + rest[begin:]
	}
	return rest[begin:]
}

// escaped writes in percent-encoding what a URL in a header cannot have: HTTP/2 lets a path have spaces and bytes beyond ASCII. A browser takes
// # for the end of the query, and \ for a slash. All else stays as it is.
func escaped(raw string) string {
	var b strings.Builder
	for i := range len(raw) {
		if c := raw[i]; c <= ' ' || c > '~' || c == '#' || c == '\\' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// redirect leads to a URL. Nobody may store that, though a browser would store a 308 for long. After two renames, there and back, the browser
// would go to and fro between its copy and our answer. And a former host can be another organization's one day.
//
// The headers of a page would do harm here. A page that shows a picture of the former host would get none, by Cross-Origin-Resource-Policy. The
// CRM would not learn which page a form comes from, by Referrer-Policy.
func redirect(w http.ResponseWriter, status int, url string) {
	w.Header().Set("Location", url)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
}
