// SPDX-License-Identifier: Apache-2.0

package command

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/rules"
)

type binding struct {
	acting
	organization, name, secret, from string
	spec                             v1alpha1.IntegrationBindingSpec
}

func newBind(s *session.Session) *cobra.Command {
	b := &binding{acting: newActing(s)}
	cmd := &cobra.Command{
		Use:   "bind APPLICATION ACCOUNT",
		Short: "Join an organization to an account of an application",
		Long: `Bind an account of an application, such as a portal of Zoho Desk, to an organization. The
catalogue says how many accounts an organization can have, and how many organizations an account.`,
		Example: `  kubectl polyorg bind ZohoDesk zylker-support
  kubectl polyorg bind MicrosoftTeams zylker --component Portal --from Application`,
		Args:              arguments(2, "APPLICATION", "ACCOUNT"),
		ValidArgsFunction: first(applications),
		RunE: func(cmd *cobra.Command, args []string) error {
			b.spec.Application, b.spec.Account = args[0], args[1]
			return b.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&b.spec.Component, "component", "", "The part of the application, where it has parts.")
	cmd.Flags().StringVar(&b.from, "from", string(v1alpha1.InitiatedFromCRM), "Where the binding was started: CRM or Application.")
	cmd.Flags().StringVar(&b.secret, "credentials", "", "The name of a Secret in the organization's namespace, without which the binding is not ready.")
	cmd.Flags().StringVar(&b.name, "name", "", "The name of the IntegrationBinding. Without it: made from the application's.")
	_ = cmd.RegisterFlagCompletionFunc("component", b.components)
	_ = cmd.RegisterFlagCompletionFunc("from", cobra.FixedCompletions([]string{"CRM", "Application"}, cobra.ShellCompDirectiveNoFileComp))
	addOrganization(cmd, s, &b.organization)
	return b.addAct(cmd, false)
}

func (b *binding) run(ctx context.Context) error {
	how, err := b.how()
	if err != nil {
		return err
	}
	organization, err := b.Organization(ctx, b.organization)
	if err != nil {
		return err
	}
	b.spec.InitiatedFrom = v1alpha1.InitiatedFrom(b.from)
	if b.secret != "" {
		b.spec.CredentialsSecretRef = &v1alpha1.LocalSecretReference{Name: b.secret}
	}
	name := cmp.Or(b.name, strings.ToLower(b.spec.Application+b.spec.Component))
	obj := &v1alpha1.IntegrationBinding{ObjectMeta: metav1.ObjectMeta{Namespace: session.NamespaceOf(organization), Name: name}, Spec: b.spec}
	if b.name == "" {
		obj.Name, obj.GenerateName = "", name+"-"
	}
	if err := b.Create(ctx, obj, how); err != nil {
		return err
	}
	return b.done(how, obj, "%s: bound to %s %s by %s.", organization, b.spec.Application, b.spec.Account, obj.Name)
}

// applications are the rows of the built-in catalogue; a PlatformPolicy can add others.
func applications(*cobra.Command) (names []cobra.Completion) {
	for _, row := range rules.Catalogue() {
		names = append(names, row.Application)
	}
	return names
}

func (b *binding) components(_ *cobra.Command, args []string, _ string) (names []cobra.Completion, _ cobra.ShellCompDirective) {
	for _, row := range rules.Catalogue() {
		if len(args) > 0 && row.Application == args[0] && row.Component != "" {
			names = append(names, row.Component)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
