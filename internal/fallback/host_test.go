// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"strings"
	"testing"
)

func TestHostname(t *testing.T) {
	longest := strings.Repeat(strings.Repeat("a", 49)+".", 5) + "com" // 253 characters
	for authority, want := range map[string]string{
		"old.crm.example.com":          "old.crm.example.com",
		"OLD.Crm.Example.COM":          "old.crm.example.com",
		"old.crm.example.com.":         "old.crm.example.com",
		"old.crm.example.com:8443":     "old.crm.example.com",
		"old.crm.example.com.:8443":    "old.crm.example.com",
		"old.crm.example.com:":         "old.crm.example.com",
		"xn--e1afmkfd.example":         "xn--e1afmkfd.example",
		"localhost":                    "localhost",
		"192.0.2.1:80":                 "192.0.2.1", // in the form of a name, and nobody's
		longest:                        longest,
		longest + ".:65535":            longest,
		"a" + longest:                  "",
		"":                             "",
		".":                            "",
		":80":                          "",
		"old..example.com":             "",
		"old.example.com..":            "",
		".old.example.com":             "",
		"old.example.com:80:80":        "",
		"old.example.com:http":         "",
		"old.example.com:-80":          "",
		"[::1]":                        "",
		"[::1]:8080":                   "",
		"::1":                          "",
		"[fe80::1%25eth0]":             "",
		"user@old.example.com":         "",
		"old.example.com/path":         "",
		"old.example.com\\evil":        "",
		"old.example.com?x":            "",
		"old.example.com, evil":        "",
		"old.example.com evil.example": "",
		"old.example.com\r\nX: y":      "",
		"old.example.com\x00":          "",
		"old_name.example.com":         "",
		"-old.example.com":             "",
		"*.example.com":                "",
		"пример.example":               "",
		"\u212aelvin.example":          "", // a K that would be a k in lower case
		"old\u3002example.com":         "", // a full stop of another script
		"\xff\xfe.example":             "",
		"%6fld.example.com":            "",
	} {
		got, ok := Hostname(authority)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q, %t; want %q", authority, got, ok, want)
		}
	}
}

func FuzzHostname(f *testing.F) {
	for _, seed := range []string{"old.crm.example.com", "OLD.example.com.:80", "[::1]:80", "a:b:c", "\u212a.example", "x..", "a\r\nb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, authority string) {
		host, ok := Hostname(authority)
		if !ok {
			return
		}
		if again, ok := Hostname(host); !ok || again != host {
			t.Errorf("%q: %q has another form, %q", authority, host, again)
		}
		if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" || len(host) > 253 || strings.HasSuffix(host, ".") {
			t.Errorf("%q: %q is no host", authority, host)
		}
		if !strings.HasPrefix(strings.ToLower(authority), host) {
			t.Errorf("%q is not what begins %q", host, authority)
		}
	})
}
