// SPDX-License-Identifier: Apache-2.0

package command

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/polyorg/polyorg/internal/cli/plain"
)

// run runs a command line without any cluster.
func run(t *testing.T, args ...string) (code plain.Code, out, errOut string) {
	t.Helper()
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	t.Setenv("HOME", t.TempDir())
	streams, _, o, e := genericiooptions.NewTestIOStreams()
	code = Run(t.Context(), streams, args)
	return code, o.String(), e.String()
}

func TestRunWithoutACluster(t *testing.T) {
	for sentence, tc := range map[string]struct {
		line string
		code plain.Code
		want string
	}{
		"help":                                     {"", plain.Done, "See and change your own organizations"},
		"help on one command":                      {"invite --help", plain.Done, "kubectl polyorg invite [EMAIL...]"},
		"the flags of all":                         {"options", plain.Done, "--as-group"},
		"a rule":                                   {"explain [l1]", plain.Done, "L1: "},
		"a sample that a rule refuses":             {"explain O1", plain.Done, "superAdmin: alice@zylker.com"},
		"a rule for programs":                      {"explain L1 -o json", plain.Done, `"kind": "Rule"`},
		"no such rule":                             {"explain X9", plain.NotFound, `there is no rule "X9"`},
		"no such command":                          {"lst", plain.Misused, `there is no command "lst"; did you mean list`},
		"no such command, nor any like":            {"frobnicate", plain.Misused, `there is no command "frobnicate". See: kubectl polyorg --help`},
		"no such flag":                             {"list --foo", plain.Misused, "unknown flag: --foo; see: kubectl polyorg list --help"},
		"an argument too many":                     {"list x", plain.Misused, `"x" is one argument too many; see: kubectl polyorg list --help`},
		"an argument too few":                      {"bind ZohoDesk", plain.Misused, "ACCOUNT is missing"},
		"a required flag":                          {"subscribe Standard", plain.Misused, `"licenses" not set`},
		"flags that exclude each other":            {"limits --policy x --of y", plain.Misused, "policy"},
		"no such format":                           {"list -o xml", plain.Misused, `there is no output format "xml"`},
		"a dry run of another kind":                {"leave zylker --dry-run=client", plain.Misused, "--dry-run is server or none"},
		"nothing to change":                        {"change", plain.Misused, "say what to change"},
		"nobody to invite":                         {"invite", plain.Misused, "say whom to invite"},
		"a file that is not there":                 {"invite -f /nowhere", plain.Misused, "/nowhere"},
		"a number that is none":                    {"subscribe Standard --licenses=abc", plain.Misused, `"abc" is no value for --licenses; write a whole number; see: `},
		"a time that is none":                      {"leave zylker --timeout 5", plain.Misused, `"5" is no value for --timeout; write a time with its unit`},
		"a list of people that is not there":       {"invite --file /nowhere", plain.Misused, "error: /nowhere: no such file or directory"},
		"a policy that is not there":               {"limits --policy /nowhere", plain.Misused, "error: /nowhere: no such file or directory"},
		"I6: a network with bits after its prefix": {"change --networks 10.0.0.1/8", plain.Refused, "write 10.0.0.0/8, not 10.0.0.1/8 [I6]"},
		"I6: a network in upper case":              {"change --networks 10.0.0.0/8,2001:DB8::/32", plain.Refused, "write 2001:db8::/32, not 2001:DB8::/32 [I6]"},
		"no cluster":                               {"list", plain.NotAllowed, "no cluster is chosen"},
		"a role in small letters":                  {"invite a@x.com --role administrator", plain.Misused, `the role is Standard or Administrator, not "administrator"`},
	} {
		t.Run(sentence, func(t *testing.T) {
			code, out, errOut := run(t, strings.Fields(tc.line)...)
			if code != tc.code || !strings.Contains(out+errOut, tc.want) {
				t.Errorf("code %d, want %d; said:\n%s%s", code, tc.code, out, errOut)
			}
			if code != plain.Done && (out != "" || !strings.HasPrefix(errOut, "error: ")) {
				t.Errorf("an error belongs on the standard error alone: %q, %q", out, errOut)
			}
		})
	}
}

func own() []*cobra.Command {
	var cmds []*cobra.Command
	for _, cmd := range New(genericiooptions.NewTestIOStreamsDiscard()).Commands() {
		if cmd.GroupID != "" {
			cmds = append(cmds, cmd)
		}
	}
	return cmds
}

// A reader of the help can copy an example: its command and its flags exist.
func TestExamples(t *testing.T) {
	for _, cmd := range own() {
		if cmd.Short == "" || cmd.Long == "" || cmd.Example == "" {
			t.Errorf("%s does not say what it does, or gives no example", cmd.Name())
		}
		for line := range strings.Lines(cmd.Example) {
			words, _, _ := strings.Cut(line, "<")
			args, ours := strings.CutPrefix(strings.TrimSpace(words), name+" "+cmd.Name())
			if !ours {
				t.Errorf("%s: %q is an example of another command", cmd.Name(), line)
			}
			if err := cmd.ParseFlags(strings.Fields(args)); err != nil {
				t.Errorf("%s: %q: %s", cmd.Name(), line, err)
			}
		}
	}
}

// The texts of flags are sentences, and those of commands are titles.
func TestTexts(t *testing.T) {
	for _, cmd := range own() {
		if strings.HasSuffix(cmd.Short, ".") || !strings.HasSuffix(cmd.Long, ".") {
			t.Errorf("%s: a title has no full stop, and a sentence has one", cmd.Name())
		}
		cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.HasSuffix(f.Usage, ".") {
				t.Errorf("%s --%s: %q is no sentence", cmd.Name(), f.Name, f.Usage)
			}
		})
		for line := range strings.Lines(cmd.Long) {
			if len(line) > 100 {
				t.Errorf("%s: %q does not fit into a terminal", cmd.Name(), line)
			}
		}
	}
}
