// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestReadSamples(t *testing.T) {
	dir := t.TempDir()
	for name, file := range map[string]string{
		"20-b.yaml":          "# as: john@zylker.com\nkind: X\n",
		"10-a.yaml":          "# What it shows: much.\n#as:  ceo@zylker.com  \n",
		"30-c.yaml":          "kind: X\n# as: too-late@zylker.com\n",
		"40-d.yaml":          "# was: john@zylker.com\n",
		"50-e.yaml":          "# verb: create\n# warning: one\n# warning: two\n# rule: O1\n# refused: no: never\n",
		"kustomization.yaml": "resources: []\n",
		"README.md":          "# as: nobody\n",
		"refused/no.yaml":    "# as: nobody\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadSamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	want := []Sample{
		{Path: path("10-a.yaml"), As: "ceo@zylker.com"},
		{Path: path("20-b.yaml"), As: "john@zylker.com"},
		{Path: path("30-c.yaml")},
		{Path: path("40-d.yaml")},
		{Path: path("50-e.yaml"), Verb: "create", Warnings: []string{"one", "two"}, Rule: "O1", Refused: "no: never"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSampleArgs(t *testing.T) {
	for name, tc := range map[string]struct {
		sample Sample
		want   []string
	}{
		"the platform's administrator applies it": {
			Sample{Path: "x.yaml"}, []string{"apply", "--server-side", "--force-conflicts", "-f", "x.yaml"},
		},
		"a person does what the file says": {
			Sample{Path: "x.yaml", As: "a@b.c", Verb: "create"}, []string{"create", "--as=a@b.c", "-f", "x.yaml"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.sample.Args()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestNameOf(t *testing.T) {
	generated := &unstructured.Unstructured{}
	generated.SetKind("InvitationResponse")
	generated.SetGenerateName("bob-")
	named := &unstructured.Unstructured{}
	named.SetKind("Organization")
	named.SetName("labs")
	for name, tc := range map[string]struct {
		object     *unstructured.Unstructured
		said, want string
	}{
		"one that was created":               {named, "organization.polyorg.io/labs created\n", "labs"},
		"one that was applied":               {named, "x/y created\norganization.polyorg.io/labs serverside-applied\n", "labs"},
		"none that kubectl does not name":    {named, "organization.polyorg.io/labs-two created\n", ""},
		"none of another kind":               {named, "membership.polyorg.io/labs created\n", ""},
		"the name from the API server":       {generated, "invitationresponse.polyorg.io/bob-x7k2p created\n", "bob-x7k2p"},
		"none where it was made before":      {generated, "", ""},
		"none of an object of somebody else": {generated, "invitationresponse.polyorg.io/carol-x7k2p created\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := nameOf(tc.object, tc.said); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestWarningsAreApartFromErrors(t *testing.T) {
	warnings, rest := apart("Warning: you join [I3]\nError from server: no\nWarning: and more\n")
	if diff := cmp.Diff([]string{"Warning: you join [I3]", "Warning: and more"}, warnings); diff != "" || rest != "Error from server: no" {
		t.Errorf("%s, %q", diff, rest)
	}
}

func TestStandsAlready(t *testing.T) {
	for said, want := range map[string]bool{
		`Error from server (AlreadyExists): organizations.polyorg.io "labs" already exists`:                          true,
		"denied the request: the invitation has been answered already, and one answer counts; see your list [I2]":    true,
		"denied the request: you have no pending invitation of that name; your organization list shows those [I7]":   true,
		"denied the request: LimitExceeded: bob@b.c is a member already; change their membership (used 1 of 1) [L6]": true,
		"denied the request: the host is not free [A2]":                                                              false,
		"Error from server (AlreadyExists): x\ndenied the request: the host is not free [A2]":                        false,
	} {
		if got := standsAlready(errors.New(said)); got != want {
			t.Errorf("%t of %q", got, said)
		}
	}
}
