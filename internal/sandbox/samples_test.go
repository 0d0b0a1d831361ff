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
		"the administrator applies": {Sample{Path: "x.yaml"}, []string{"apply", "-f", "x.yaml"}},
		"a person creates, having no right to read": {
			Sample{Path: "x.yaml", As: "a@b.c"}, []string{"create", "--as=a@b.c", "-f", "x.yaml"},
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
	generated.SetGenerateName("bob-")
	named := &unstructured.Unstructured{}
	named.SetName("labs")
	for name, tc := range map[string]struct {
		object     *unstructured.Unstructured
		said, want string
	}{
		"its own":                          {named, "organization.polyorg.io/labs created\n", "labs"},
		"the name from the API server":     {generated, "invitationresponse.polyorg.io/bob-x7k2p created\n", "bob-x7k2p"},
		"none where it was made before":    {generated, "", ""},
		"none of an object of another one": {generated, "invitationresponse.polyorg.io/carol-x7k2p created\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := nameOf(tc.object, tc.said); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestStandsAlready(t *testing.T) {
	for said, want := range map[string]bool{
		`Error from server (AlreadyExists): organizations.polyorg.io "labs" already exists`:                        true,
		"denied the request: the invitation has been answered already, and one answer counts; see your list [I2]":  true,
		"denied the request: you have no pending invitation of that name; your organization list shows those [I7]": true,
		"denied the request: the host is not free [A2]":                                                            false,
		"Error from server (AlreadyExists): x\ndenied the request: the host is not free [A2]":                      false,
	} {
		if got := standsAlready(errors.New(said)); got != want {
			t.Errorf("%t of %q", got, said)
		}
	}
}
