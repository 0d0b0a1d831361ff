// SPDX-License-Identifier: Apache-2.0

package session

import (
	"context"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
)

// Review asks what a person may know of themselves. It is a dry run, so it stores nothing.
func (s *Session) Review(ctx context.Context, spec v1alpha1.SelfReviewSpec) (*v1alpha1.SelfReview, error) {
	c, err := s.Client()
	if err != nil {
		return nil, err
	}
	r := &v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: "me"}, Spec: spec}
	if err := c.Create(ctx, r, client.DryRunAll); err != nil {
		return nil, err
	}
	r.ObjectMeta = metav1.ObjectMeta{Name: "me"} // the rest is the API server's, and means nothing
	r.SetGroupVersionKind(Kind("SelfReview"))
	return r, nil
}

// Organization is the organization that a command acts in: the one named, else that of the namespace, else the default one.
func (s *Session) Organization(ctx context.Context, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	namespace, _, err := s.Flags.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return "", err
	}
	if organization, is := strings.CutPrefix(namespace, v1alpha1.NamespacePrefix); is {
		return organization, nil
	}
	r, err := s.Review(ctx, v1alpha1.SelfReviewSpec{})
	if err != nil && !plain.IsWithoutAddress(err) {
		return "", err
	}
	if err != nil || r.Status.DefaultOrganization == "" {
		return "", plain.Misuse("say which organization: with --organization, or choose one with: kubectl polyorg use NAME")
	}
	return r.Status.DefaultOrganization, nil
}

// Read reads an Organization itself, as RBAC gives it to the platform team.
func (s *Session) Read(ctx context.Context, name string) (*v1alpha1.Organization, error) {
	c, err := s.Client()
	if err != nil {
		return nil, err
	}
	org := &v1alpha1.Organization{}
	if err := c.Get(ctx, client.ObjectKey{Name: name}, org); err != nil {
		return nil, err
	}
	org.SetGroupVersionKind(Kind("Organization"))
	return org, nil
}

// NamespaceOf is the namespace of an organization.
func NamespaceOf(organization string) string { return v1alpha1.NamespacePrefix + organization }
