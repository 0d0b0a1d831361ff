// SPDX-License-Identifier: Apache-2.0

package command

import (
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/session"
)

// completion is what cobra asks for the next word.
type completion = func(cmd *cobra.Command, args []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective)

// first completes the first argument only.
func first(words func(cmd *cobra.Command) []cobra.Completion) completion {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return words(cmd), cobra.ShellCompDirectiveNoFileComp
	}
}

// fixed completes the first argument by one of a few words.
func fixed[W ~string](words ...W) completion {
	return first(func(*cobra.Command) (all []cobra.Completion) {
		for _, w := range words {
			all = append(all, cobra.Completion(w))
		}
		return all
	})
}

// organizations are the person's own.
func organizations(s *session.Session) func(*cobra.Command) []cobra.Completion {
	return func(cmd *cobra.Command) (names []cobra.Completion) {
		r, err := s.Review(cmd.Context(), v1alpha1.SelfReviewSpec{})
		if err != nil {
			return nil
		}
		for _, o := range r.Status.Organizations {
			names = append(names, cobra.CompletionWithDesc(o.Name, fmt.Sprintf("%s, %s", o.DisplayName, o.Role)))
		}
		return names
	}
}

// inviting are the organizations whose invitations the person can answer.
func inviting(s *session.Session) func(*cobra.Command) []cobra.Completion {
	return func(cmd *cobra.Command) (names []cobra.Completion) {
		r, err := s.Review(cmd.Context(), v1alpha1.SelfReviewSpec{})
		if err != nil {
			return nil
		}
		for _, i := range r.Status.Invitations {
			names = append(names, cobra.CompletionWithDesc(i.Organization, fmt.Sprintf("%s, %s", i.DisplayName, i.Role)))
		}
		return names
	}
}

// members are the addresses of an organization's members.
func members(s *session.Session, organization *string) func(*cobra.Command) []cobra.Completion {
	return func(cmd *cobra.Command) (addresses []cobra.Completion) {
		var list v1alpha1.MembershipList
		if inOrganization(cmd, s, *organization, &list) != nil {
			return nil
		}
		for _, m := range list.Items {
			addresses = append(addresses, cobra.CompletionWithDesc(m.Spec.User, string(m.Spec.Role)))
		}
		return addresses
	}
}

// invited are the addresses with a pending invitation from an organization.
func invited(s *session.Session, organization *string) func(*cobra.Command) []cobra.Completion {
	return func(cmd *cobra.Command) (addresses []cobra.Completion) {
		var list v1alpha1.InvitationList
		if inOrganization(cmd, s, *organization, &list, client.MatchingFields{"status.state": string(v1alpha1.InvitationPending)}) != nil {
			return nil
		}
		for _, i := range list.Items {
			addresses = append(addresses, cobra.CompletionWithDesc(i.Spec.Email, string(i.Spec.Role)))
		}
		return addresses
	}
}

func inOrganization(cmd *cobra.Command, s *session.Session, named string, list client.ObjectList, options ...client.ListOption) error {
	organization, err := s.Organization(cmd.Context(), named)
	if err != nil {
		return err
	}
	c, err := s.Client()
	if err != nil {
		return err
	}
	return c.List(cmd.Context(), list, append(options, client.InNamespace(session.NamespaceOf(organization)))...)
}

// completeFlags completes the flags that every command has, from the kubeconfig.
func completeFlags(root *cobra.Command, s *session.Session) {
	for flag, names := range map[string]func(*api.Config) []string{
		"context": func(c *api.Config) []string { return keys(c.Contexts) },
		"cluster": func(c *api.Config) []string { return keys(c.Clusters) },
		"user":    func(c *api.Config) []string { return keys(c.AuthInfos) },
	} {
		_ = root.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			config, err := s.Flags.ToRawKubeConfigLoader().RawConfig()
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return names(&config), cobra.ShellCompDirectiveNoFileComp
		})
	}
}

func keys[V any](m map[string]V) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	return names
}
