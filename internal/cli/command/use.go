// SPDX-License-Identifier: Apache-2.0

package command

import (
	"cmp"
	"context"
	"slices"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/cli/show"
)

func newUse(s *session.Session) *cobra.Command {
	return &cobra.Command{
		Use:   "use [ORGANIZATION]",
		Short: "Work in one of your organizations",
		Long: `Write the namespace of one of your organizations into the current context of your kubeconfig. Then
kubectl and these commands act in it. Without a name it is your default organization.`,
		Example:           `  kubectl polyorg use zylker-products`,
		Args:              between(0, 1),
		ValidArgsFunction: first(organizations(s)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return use(cmd.Context(), s, append(args, "")[0])
		},
	}
}

func use(ctx context.Context, s *session.Session, organization string) error {
	r, err := s.Review(ctx, v1alpha1.SelfReviewSpec{})
	switch {
	case plain.IsWithoutAddress(err):
		r = &v1alpha1.SelfReview{} // a platform actor, who belongs to none
	case err != nil:
		return err
	}
	organization = cmp.Or(organization, r.Status.DefaultOrganization)
	if organization == "" {
		return plain.Misuse("you have no default organization; give a name: kubectl polyorg use NAME")
	}
	at := slices.IndexFunc(r.Status.Organizations, func(o v1alpha1.ReviewedOrganization) bool { return o.Name == organization })
	if at < 0 {
		return useForeign(ctx, s, organization)
	}
	if err := useNamespace(s, organization); err != nil {
		return err
	}
	if why := show.Inactive(r.Status.Organizations[at]); why != "" {
		s.Say("You have no use of it now: %s.", why)
	}
	return nil
}

// useForeign chooses an organization to which the person does not belong. The platform team can see it, and work in it.
func useForeign(ctx context.Context, s *session.Session, organization string) error {
	switch _, err := s.Read(ctx, organization); {
	case plain.IsWithoutRight(err):
		return plain.Missing("you belong to no organization %q; yours are in: kubectl polyorg list", organization)
	case err != nil:
		return err
	}
	return useNamespace(s, organization)
}

func useNamespace(s *session.Session, organization string) error {
	chosen, err := setNamespace(s, session.NamespaceOf(organization))
	if err == nil {
		s.Say("Context %q now works in organization %s, namespace %s.", chosen, organization, session.NamespaceOf(organization))
	}
	return err
}

// setNamespace writes the namespace into the chosen context of the kubeconfig, and returns the context's name.
func setNamespace(s *session.Session, namespace string) (chosen string, err error) {
	loader := s.Flags.ToRawKubeConfigLoader()
	config, err := loader.RawConfig()
	if err != nil {
		return "", err
	}
	chosen = cmp.Or(*s.Flags.Context, config.CurrentContext)
	in, exists := config.Contexts[chosen]
	if !exists {
		return "", plain.Missing("the kubeconfig has no context %q to write the namespace into", chosen)
	}
	in.Namespace = namespace
	return chosen, clientcmd.ModifyConfig(loader.ConfigAccess(), config, true)
}
