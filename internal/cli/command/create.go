// SPDX-License-Identifier: Apache-2.0

package command

import (
	"cmp"
	"context"
	"slices"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/session"
)

type create struct {
	acting
	spec v1alpha1.OrganizationSpec
	host v1alpha1.AccessURL
}

func newCreate(s *session.Session) *cobra.Command {
	c := &create{acting: newActing(s)}
	cmd := &cobra.Command{
		Use:   "create ORGANIZATION",
		Short: "Create an organization",
		Long: `Create an organization, with you as its super admin. Its name is its access URL's too, unless you
give another. It is on trial until you subscribe.`,
		Example: `  kubectl polyorg create zylker-labs --display-name "Zylker Labs" --time-zone Europe/Paris
  kubectl polyorg create zylker-labs --dry-run`,
		Args:              arguments(1, "ORGANIZATION"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&c.spec.DisplayName, "display-name", "", "The name that people see. Without it: the organization's name.")
	flags.StringVar(&c.spec.TimeZone, "time-zone", "", "An IANA time zone, for example Europe/Paris. Without it: UTC.")
	flags.StringVar(&c.spec.Locale, "locale", "", "The language of its e-mails and pages, for example fr. Without it: en.")
	flags.StringVar(&c.host.Name, "url-name", "", "The first part of its access URL. Without it: the organization's name.")
	flags.StringVar(&c.host.CustomDomain, "custom-domain", "", "A host of your own for it, for example crm.zylker.com. The command show has the DNS record that proves it.")
	flags.BoolVar(&c.spec.SampleData, "sample-data", false, "Load sample data.")
	flags.BoolVar(&c.spec.DeletionProtection, "protect", false, "Refuse its deletion until you lift this.")
	flags.StringVar(&c.spec.SuperAdmin, "super-admin", "", "The super admin's address. For the platform team only.")
	return c.addAct(cmd, true)
}

func (c *create) run(ctx context.Context, name string) error {
	how, err := c.how()
	if err != nil {
		return err
	}
	own := c.spec.SuperAdmin == ""
	if own {
		r, err := c.Review(ctx, v1alpha1.SelfReviewSpec{})
		if err != nil {
			return err
		}
		c.spec.SuperAdmin = r.Status.User
	}
	org := &v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: c.spec}
	org.Spec.DisplayName = cmp.Or(org.Spec.DisplayName, name)
	if c.host != (v1alpha1.AccessURL{}) {
		org.Spec.AccessURL = &c.host
	}
	if err := c.Create(ctx, org, how); err != nil {
		return err
	}
	if !own || how.DryRun || how.Timeout == 0 {
		return c.done(how, org, "Created %s, with %s as its super admin.", name, c.spec.SuperAdmin)
	}
	return c.ready(ctx, org, how)
}

// ready waits until the new organization serves its creator.
func (c *create) ready(ctx context.Context, org *v1alpha1.Organization, how session.Acting) error {
	url := ""
	err := c.Await(ctx, org, func(s v1alpha1.SelfReviewStatus) bool {
		at := slices.IndexFunc(s.Organizations, func(o v1alpha1.ReviewedOrganization) bool { return o.Name == org.Name })
		if at < 0 || !s.Organizations[at].Active {
			return false
		}
		url = s.Organizations[at].AccessURL
		return true
	}, how)
	if err != nil {
		return err
	}
	if url != "" {
		url = " Its address is " + url + "."
	}
	return c.done(how, org, "Created %s; you are its super admin.%s\nWork in it: kubectl polyorg use %s", org.Name, url, org.Name)
}
