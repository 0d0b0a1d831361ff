// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	tracing "k8s.io/component-base/tracing/api/v1"
)

func (c *OperatorConfig) validate() field.ErrorList {
	var errs field.ErrorList
	if c.APIVersion != APIVersion {
		errs = append(errs, field.NotSupported(field.NewPath("apiVersion"), c.APIVersion, []string{APIVersion}))
	}
	if c.Kind != Kind {
		errs = append(errs, field.NotSupported(field.NewPath("kind"), c.Kind, []string{Kind}))
	}
	errs = append(errs, c.Webhook.validate(field.NewPath("webhook"))...)
	errs = append(errs, c.Metrics.validate(field.NewPath("metrics"))...)
	errs = append(errs, c.Health.validate(field.NewPath("health"))...)
	errs = append(errs, c.distinct()...)
	errs = append(errs, c.LeaderElection.validate(field.NewPath("leaderElection"))...)
	errs = append(errs, c.Access.validate(field.NewPath("access"))...)
	errs = append(errs, c.Domains.validate(field.NewPath("domains"))...)
	errs = append(errs, c.Mail.validate(field.NewPath("mail"))...)
	errs = append(errs, c.InvitationPage.validate(field.NewPath("invitationPage"))...)
	errs = append(errs, c.linked()...)
	errs = append(errs, c.SampleData.validate(field.NewPath("sampleData"))...)
	errs = append(errs, tracing.ValidateTracingConfiguration(c.Tracing, nil, field.NewPath("tracing"))...)
	return append(errs, c.Ingress.validate(field.NewPath("ingress"))...)
}

func (w Webhook) validate(path *field.Path) field.ErrorList {
	errs := w.Listener.validate(path)
	if w.CertDir == "" {
		errs = append(errs, field.Required(path.Child("certDir"), "the folder with tls.crt and tls.key"))
	}
	return append(errs, w.ClientCertificates.validate(path.Child("clientCertificates"))...)
}

// validate refuses an empty name: a certificate without a common name would have it.
func (c *ClientCertificates) validate(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if c == nil {
		return errs
	}
	if c.CAFile == "" {
		errs = append(errs, field.Required(path.Child("caFile"), "the file with the authorities that sign the certificates of your API servers"))
	}
	for i, name := range c.AllowedNames {
		if name == "" {
			errs = append(errs, field.Required(path.Child("allowedNames").Index(i), "a name that a certificate may bear"))
		}
	}
	return errs
}

func (l Listener) validate(path *field.Path) field.ErrorList {
	return address(l.BindAddress, path.Child("bindAddress"), "such as 127.0.0.1:9443 or :9443")
}

// address refuses a value that is not host:port; the host may be left out.
func address(value string, path *field.Path, example string) field.ErrorList {
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		return field.ErrorList{field.Invalid(path, value, "must be host:port, "+example)}
	}
	var errs field.ErrorList
	if n, err := strconv.Atoi(port); err != nil || len(validation.IsValidPortNum(n)) > 0 {
		errs = append(errs, field.Invalid(path, value, "the port must be a number from 1 to 65535"))
	}
	if host != "" && net.ParseIP(host) == nil && len(validation.IsDNS1123Subdomain(host)) > 0 {
		errs = append(errs, field.Invalid(path, value, "the host must be an IP address or a name"))
	}
	return errs
}

// distinct refuses two listeners at one address: the second could not listen.
func (c *OperatorConfig) distinct() field.ErrorList {
	type listener struct {
		name string
		Listener
	}
	all := []listener{{"webhook", c.Webhook.Listener}, {"metrics", c.Metrics}, {"health", c.Health}}
	if c.InvitationPage != nil {
		all = append(all, listener{"invitationPage", c.InvitationPage.Listener})
	}
	if c.Ingress.Fallback != nil {
		all = append(all, listener{"ingress.fallback", c.Ingress.Fallback.Listener})
	}
	var errs field.ErrorList
	at := map[int]string{} // the host, by port
	for _, l := range all {
		host, port := l.HostPort()
		other, taken := at[port]
		if taken && port != 0 && (host == other || host == "" || other == "") { // 0 is no port, and is refused for that
			errs = append(errs, field.Duplicate(field.NewPath(l.name, "bindAddress"), l.BindAddress))
		}
		at[port] = host
	}
	return errs
}

// validate applies the requirements of leader election itself.
func (l LeaderElection) validate(path *field.Path) field.ErrorList {
	errs := conform(l.Namespace, path.Child("namespace"), validation.IsDNS1123Label)
	lease, renew, retry := l.LeaseDuration, l.RenewDeadline, l.RetryPeriod
	if lease.Duration < time.Second || lease.Duration%time.Second != 0 {
		errs = append(errs, field.Invalid(path.Child("leaseDuration"), lease.Duration.String(), "must be whole seconds, at least one"))
	}
	if renew.Duration >= lease.Duration {
		errs = append(errs, field.Invalid(path.Child("renewDeadline"), renew.Duration.String(), fmt.Sprintf("must be less than leaseDuration (%s)", lease.Duration)))
	}
	if longest := renew.Duration * 5 / 6; retry.Duration <= 0 || retry.Duration >= longest {
		errs = append(errs, field.Invalid(path.Child("retryPeriod"), retry.Duration.String(),
			fmt.Sprintf("must be more than 0 and less than 5/6 of renewDeadline (%s)", longest)))
	}
	return errs
}

func (a Access) validate(path *field.Path) field.ErrorList {
	known := []OwnOrganization{OwnOrganizationBound, OwnOrganizationNone}
	if slices.Contains(known, a.OwnOrganization) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path.Child("ownOrganization"), a.OwnOrganization, known)}
}

// conform reports the objections of a check to a value.
func conform(value string, path *field.Path, check func(string) []string) field.ErrorList {
	var errs field.ErrorList
	for _, msg := range check(value) {
		errs = append(errs, field.Invalid(path, value, msg))
	}
	return errs
}
