// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/rules"
)

// changing changes an Organization.
type changing struct {
	acting
	organization string
}

// apply changes the organization whichever way is open, and says so.
func (c *changing) apply(ctx context.Context, spec map[string]any, format string, args ...any) error {
	how, err := c.how()
	if err != nil {
		return err
	}
	organization, err := c.Organization(ctx, c.organization)
	if err != nil {
		return err
	}
	before, _ := c.Read(ctx, organization) // only to compare, where the person may read it
	by, err := c.ChangeOrganization(ctx, organization, spec, how)
	if err != nil {
		return err
	}
	if c.ForPeople() && unchanged(before, by) {
		c.Say("%s: it was so already; nothing was changed.", organization)
		return nil
	}
	return c.done(how, by, "%s: "+format, append([]any{organization}, args...)...)
}

// unchanged reports whether a change left the spec as it was. Of a request, only the list tells.
func unchanged(before *v1alpha1.Organization, by client.Object) bool {
	after, direct := by.(*v1alpha1.Organization)
	return direct && before != nil && before.UID == after.UID && before.Generation == after.Generation
}

// A setting is one flag of change, and the field of the spec that it sets.
type setting struct{ flag, parent, field, usage string }

// settings are texts. An empty text removes the field.
var settings = []setting{
	{"display-name", "", "displayName", "The name that people see."},
	{"time-zone", "", "timeZone", `An IANA time zone, for example Europe/Paris; "" for UTC.`},
	{"locale", "", "locale", `The language of its e-mails and pages, for example fr; "" for en.`},
	{"url-name", "accessURL", "name", `The first part of its access URL; "" for the organization's name.`},
	{"custom-domain", "accessURL", "customDomain", `A host of your own for it, for example crm.zylker.com; "" for none. The command show has the DNS record that proves it.`},
}

func newChange(s *session.Session) *cobra.Command {
	c := &changing{acting: newActing(s)}
	cmd := &cobra.Command{
		Use:   "change",
		Short: "Change an organization's name, address, networks or protection",
		Long: `Change what people see of an organization, and where they reach it. The change is judged as your
own, whether you have a role that can patch the Organization or not.`,
		Example: `  kubectl polyorg change --display-name "Zylker Europe"
  kubectl polyorg change --organization zylker-labs --url-name labs --protect`,
		Args:              arguments(0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return c.run(cmd) },
	}
	for _, s := range settings {
		cmd.Flags().String(s.flag, "", s.usage)
	}
	cmd.Flags().StringSlice("networks", nil, `The only networks that may reach it, for example 203.0.113.0/24,2001:db8::/32; "" for all. Invitations become e-mail-only.`)
	cmd.Flags().Bool("protect", false, "Refuse its deletion; --protect=false lifts that.")
	addOrganization(cmd, s, &c.organization)
	return c.addAct(cmd, true)
}

func (c *changing) run(cmd *cobra.Command) error {
	spec := map[string]any{}
	for _, s := range settings {
		if f := cmd.Flags().Lookup(s.flag); f.Changed {
			s.set(spec, f.Value.String())
		}
	}
	if cmd.Flags().Changed("networks") {
		networks, _ := cmd.Flags().GetStringSlice("networks")
		if err := canonical(networks); err != nil {
			return err
		}
		spec["ipRestriction"] = any(nil)
		if len(networks) > 0 && networks[0] != "" {
			spec["ipRestriction"] = map[string]any{"allowedCIDRs": networks}
		}
	}
	if cmd.Flags().Changed("protect") {
		spec["deletionProtection"], _ = cmd.Flags().GetBool("protect")
	}
	if len(spec) == 0 {
		return plain.Misuse("say what to change; see: %s --help", cmd.CommandPath())
	}
	return c.apply(cmd.Context(), spec, "changed.")
}

// canonical tells how to write a network, in the words of the rules. The schema refuses it too, and can only give an example.
func canonical(networks []string) error {
	for _, text := range networks {
		if vs := rules.Network("--networks", text); len(vs) > 0 {
			return &plain.Error{Code: plain.Refused, Message: vs.String()}
		}
	}
	return nil
}

func (s setting) set(spec map[string]any, text string) {
	if s.parent != "" {
		inner, _ := spec[s.parent].(map[string]any)
		if inner == nil {
			inner = map[string]any{}
		}
		spec[s.parent], spec = inner, inner
	}
	spec[s.field] = text
	if text == "" {
		spec[s.field] = nil
	}
}
