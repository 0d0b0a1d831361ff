// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	tracing "k8s.io/component-base/tracing/api/v1"
)

// Default is the configuration of a file that has every section, and sets nothing in them. Each field has its default.
func Default() *OperatorConfig {
	c := &OperatorConfig{
		Webhook:        Webhook{ClientCertificates: &ClientCertificates{}},
		Mail:           &Mail{},
		InvitationPage: &InvitationPage{},
		Ingress:        Ingress{Fallback: &Fallback{}, Portal: &Portal{}, Gateway: &Gateway{}},
		SampleData:     &SampleData{},
		Tracing:        &tracing.TracingConfiguration{},
	}
	c.setDefaults()
	return c
}

// Lacking are the paths of what is missing in the file of Default: the fields that a file must set, where it has their section.
func Lacking() []string {
	problems := Default().validate()
	paths := make([]string, len(problems))
	for i, p := range problems {
		paths[i] = p.Field
	}
	return paths
}

func (c *OperatorConfig) setDefaults() {
	c.Webhook.BindAddress = cmp.Or(c.Webhook.BindAddress, ":9443")
	c.Metrics.BindAddress = cmp.Or(c.Metrics.BindAddress, ":8080")
	c.Health.BindAddress = cmp.Or(c.Health.BindAddress, ":8081")
	c.LeaderElection.Namespace = cmp.Or(c.LeaderElection.Namespace, "polyorg-system")
	setDuration(&c.LeaderElection.LeaseDuration, 15*time.Second)
	setDuration(&c.LeaderElection.RenewDeadline, 10*time.Second)
	setDuration(&c.LeaderElection.RetryPeriod, 2*time.Second)
	c.Access.OwnOrganization = cmp.Or(c.Access.OwnOrganization, OwnOrganizationBound)
	c.Domains.setDefaults()
	c.Mail.setDefaults()
	c.InvitationPage.setDefaults()
	c.Ingress.setDefaults()
}

func setDuration(d *metav1.Duration, byDefault time.Duration) {
	d.Duration = cmp.Or(d.Duration, byDefault)
}
