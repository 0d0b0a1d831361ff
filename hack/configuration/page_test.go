// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// After a change of a default, a field or a comment, `make docs` writes the page anew.
func TestThePageIsWhatTheCodeSays(t *testing.T) {
	got, err := os.ReadFile("../../" + output)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rendered(t), string(got)); diff != "" {
		t.Errorf("run make docs (-code +page)\n%s", diff)
	}
}

func TestEachFieldHasItsDefault(t *testing.T) {
	page := rendered(t)
	for field, want := range map[string]string{
		"webhook.bindAddress":               "`:9443`",
		"metrics.bindAddress":               "`:8080`",
		"health.bindAddress":                "`:8081`",
		"webhook.certDir":                   "*required*",
		"webhook.clientCertificates":        "none",
		"leaderElection.leaseDuration":      "`15s`",
		"access.ownOrganization":            "`Bound`",
		"ingress.className":                 "none",
		"ingress.backend.port":              "`80`",
		"mail.address":                      "*required*",
		"mail.tls":                          "`StartTLS`",
		"sampleData.jobTemplate":            "*required*",
		"webhook.clientCertificates.caFile": "*required*",
	} {
		if got := cells(page)[field]; len(got) != 4 || got[2] != want {
			t.Errorf("%s: %q, want the default %s", field, got, want)
		}
	}
}

// A stranger writes YAML, so the page has no names of Go.
func TestEachFieldSaysWhatItIsByItsNameInTheFile(t *testing.T) {
	goName := regexp.MustCompile(`\b(BindAddress|CertDir|CAFile|AllowedNames|LeaseDuration|RenewDeadline|ServiceName|CredentialsDir)\b`)
	if found := goName.FindAllString(rendered(t), -1); found != nil {
		t.Errorf("names of Go: %q", found)
	}
	for field, row := range cells(rendered(t)) {
		name := field[strings.LastIndex(field, ".")+1:]
		if !strings.HasPrefix(row[3], "`"+name+"` ") {
			t.Errorf("%s: the comment does not begin with %s: %s", field, name, row[3])
		}
	}
}

// cells are the rows of the page's tables, by their fields.
func cells(page string) map[string][]string {
	rows := map[string][]string{}
	for line := range strings.Lines(page) {
		if field, rest, ok := strings.Cut(strings.TrimPrefix(line, "| `"), "` | "); ok && strings.HasPrefix(line, "| `") {
			rows[field] = append([]string{field}, strings.SplitN(strings.TrimSuffix(strings.TrimSpace(rest), " |"), " | ", 3)...)
		}
	}
	return rows
}

func rendered(t *testing.T) string {
	t.Helper()
	said, err := readComments("../../" + source)
	if err != nil {
		t.Fatal(err)
	}
	return render(said)
}
