// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestA6TargetIsKept: a target leads nowhere but to the present host, and stays as it was written.
func TestA6TargetIsKept(t *testing.T) {
	h := handler(t)
	for target, want := range map[string]string{
		"/":                               "/",
		"/a/b/?c=d&e=%20&c=f":             "/a/b/?c=d&e=%20&c=f",
		"/?":                              "/?",
		"/a%2Fb%2fc":                      "/a%2Fb%2fc",
		"/a%2Fb|c^{d}":                    "/a%2Fb|c^{d}",
		"/a;b=c,d+e~f'g(h)!*":             "/a;b=c,d+e~f'g(h)!*",
		"/%e2%82%ac":                      "/%e2%82%ac",
		"/a/../b/./c":                     "/a/../b/./c",
		"/%2e%2e/x":                       "/%2e%2e/x",
		"//evil.example":                  "//evil.example",
		"///evil.example/":                "///evil.example/",
		"/\\evil.example":                 "/%5Cevil.example",
		"/%5Cevil.example":                "/%5Cevil.example",
		"/@evil.example":                  "/@evil.example",
		"/:80@evil.example":               "/:80@evil.example",
		"/.evil.example":                  "/.evil.example",
		"/?next=https://evil.example":     "/?next=https://evil.example",
		"/a?b?c=/d":                       "/a?b?c=/d",
		"/%0d%0aLocation:%20evil.example": "/%0d%0aLocation:%20evil.example",
		"/%0D%0A%0D%0A<script>":           "/%0D%0A%0D%0A<script>",
		"/\r\nLocation: evil.example":     "/%0D%0ALocation:%20evil.example",
		"/a b\tc\x00\x7f":                 "/a%20b%09c%00%7F",
		"/é\xff":                          "/%C3%A9%FF",
		"/a#b":                            "/a%23b",
		"http://old.crm.example.com/a?b":  "/a?b",
		"http://old.crm.example.com":      "/",
		"http://old.crm.example.com?b=/c": "/?b=/c",
		"https://a@old.crm.example.com:1//evil.example?c": "//evil.example?c",
		"ftp://x\\y/z":         "/z",
		"*":                    "/",
		"evil.example:443":     "/",
		".evil.example":        "/",
		"@evil.example/x":      "/",
		"":                     "/",
		"javascript:alert(1)":  "/",
		"http:///evil.example": "/evil.example",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.Host, r.RequestURI = formerHost, target
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != "https://"+presentHost+want {
			t.Errorf("%q leads to %q, want the path %q", target, got, want)
		}
	}
}

// leadsOnly proves that a browser takes a redirect for one to a host of ours.
func leadsOnly(t *testing.T, to string, hosts ...string) {
	t.Helper()
	if strings.Trim(to, " ") != to || strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' || r == '#' }) {
		t.Errorf("%q is no URL", to)
	}
	rest, https := strings.CutPrefix(to, "https://")
	host, _, slash := strings.Cut(rest, "/")
	found := false
	for _, h := range hosts {
		found = found || h == host
	}
	if !https || !slash || !found {
		t.Errorf("it leads to %q, and not to one of %q", to, hosts)
	}
	if u, err := url.Parse(to); err == nil && (u.Host != host || u.User != nil || u.Fragment != "") {
		t.Errorf("%q leads to %q", to, u.Host)
	}
}

// FuzzRedirect: whatever host and target come, in whatever form, a redirect leads to the organization's present host or to the portal. What
// stands in the target is kept.
func FuzzRedirect(f *testing.F) {
	for _, target := range []string{"/", "//evil.example", "/\\evil.example", "http://evil.example/x", "*", "/%2F%2fevil", "/a#b", "/\r\nX: y", "@evil.example", "/é"} {
		for _, host := range []string{formerHost, "OLD.crm.example.com.:80", baseDomain, "loop.crm.example.com", "evil.example", "[::1]"} {
			f.Add("GET", host, target)
		}
	}
	f.Add("CONNECT", formerHost, "evil.example:443")
	h := handler(f)
	f.Fuzz(func(t *testing.T, method, host, target string) {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.Method, r.Host, r.RequestURI = method, host, target
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		to, is := w.Header().Get("Location"), w.Code == http.StatusPermanentRedirect || w.Code == http.StatusTemporaryRedirect
		if is != (to != "") || w.Code == http.StatusInternalServerError {
			t.Fatalf("%d to %q", w.Code, to)
		}
		if !is {
			return
		}
		leadsOnly(t, to, presentHost, portalHost)
		if path, former := strings.CutPrefix(to, "https://"+presentHost); former && strings.HasPrefix(target, "/") && unescaped(path) != unescaped(target) {
			t.Errorf("%q became %q", target, path)
		}
	})
}

// unescaped reads what is escaped, and leaves the rest.
func unescaped(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if i+2 < len(text) && text[i] == '%' {
			if c, err := url.PathUnescape(text[i : i+3]); err == nil {
				b.WriteString(c)
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
