// SPDX-License-Identifier: Apache-2.0

package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/cli/show"
	"github.com/polyorg/polyorg/internal/cli/tally"
)

type limits struct {
	asking
	user, policy string
}

func newLimits(s *session.Session) *cobra.Command {
	l := &limits{asking: asking{Session: s}}
	cmd := &cobra.Command{
		Use:   "limits",
		Short: "Show limits, and which organizations count",
		Long: `Show what you have of each limit, and which of your organizations count. The platform team can ask
about anybody, and which people and organizations a PlatformPolicy would leave beyond a limit,
before it is applied. A lowered limit takes nothing away (L9).`,
		Example: `  kubectl polyorg limits
  kubectl polyorg limits --of john@zylker.com
  kubectl polyorg limits --policy platformpolicy.yaml`,
		Args:              arguments(0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if l.policy != "" {
				return l.forecast(cmd.Context())
			}
			return l.run(cmd.Context())
		},
	}
	addUser(cmd, &l.user)
	cmd.Flags().StringVar(&l.policy, "policy", "", "A file with a PlatformPolicy. For the platform team only.")
	_ = cmd.MarkFlagFilename("policy", "yaml", "yml", "json")
	cmd.MarkFlagsMutuallyExclusive("policy", "of")
	return l.add(cmd)
}

func (l *limits) run(ctx context.Context) error {
	r, err := l.Review(ctx, v1alpha1.SelfReviewSpec{User: l.user})
	if err != nil {
		return err
	}
	lines := tally.OfReview(r.Status)
	if l.ForPeople() {
		return show.Limits(l.Out, lines, l.Wide())
	}
	return l.PrintReport(l.Out, "Limits", map[string]any{"user": r.Status.User, "limits": lines})
}

func (l *limits) forecast(ctx context.Context) error {
	p, err := readPolicy(l.policy)
	if err != nil {
		return plain.Misuse("%s: %s", l.policy, wrongWith(err))
	}
	c, err := l.Client()
	if err != nil {
		return err
	}
	cluster, err := tally.Read(ctx, c)
	if err != nil {
		return err
	}
	f, err := cluster.Under(p)
	if err != nil {
		return err
	}
	if l.ForPeople() {
		return show.Forecast(l.Out, f, l.Wide())
	}
	return l.PrintReport(l.Out, "Forecast", f)
}

// inYAML are the steps of decoding that an error about YAML names before it says what is wrong.
var inYAML = regexp.MustCompile(`^(?:error unmarshaling JSON: |while decoding JSON: |error converting YAML to JSON: |json: |yaml: )+`)

// wrongWith is what is wrong with a file, without its name and the way in which it was read.
func wrongWith(err error) string {
	if file, is := errors.AsType[*fs.PathError](err); is {
		return file.Err.Error()
	}
	return inYAML.ReplaceAllString(err.Error(), "")
}

// readPolicy reads a PlatformPolicy from a file. A field that it does not have is an error, as with kubectl.
func readPolicy(file string) (*v1alpha1.PlatformPolicy, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p := &v1alpha1.PlatformPolicy{}
	if err := yaml.UnmarshalStrict(data, p); err != nil {
		return nil, err
	}
	if p.Kind != "PlatformPolicy" {
		return nil, fmt.Errorf("this is a %s, not a PlatformPolicy", cmp.Or(p.Kind, "file without a kind"))
	}
	p.ObjectMeta = metav1.ObjectMeta{Name: v1alpha1.PlatformPolicyName, UID: "proposed", ResourceVersion: "1"}
	return p, nil
}
