// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// InvitationPage is the page behind the links of invitations' e-mails (I4). Every replica serves it, by HTTP: what stands before it, such
// as an ingress controller, adds TLS.
type InvitationPage struct {
	Listener `json:",inline"`
	// url is where people reach the page, such as https://invitations.example.com. What stands before the page keeps its path.
	URL string `json:"url,omitempty"`
}

func (p *InvitationPage) setDefaults() {
	if p != nil {
		p.BindAddress = cmp.Or(p.BindAddress, ":8082")
	}
}

// Parsed is the URL of a valid configuration.
func (p *InvitationPage) Parsed() *url.URL {
	u, _ := url.Parse(strings.TrimSuffix(p.URL, "/"))
	return u
}

func (p *InvitationPage) validate(path *field.Path) field.ErrorList {
	if p == nil {
		return nil
	}
	errs := p.Listener.validate(path)
	where := path.Child("url")
	if p.URL == "" {
		return append(errs, field.Required(where, "the links in e-mails lead there, such as https://invitations.example.com"))
	}
	if wrong := unfit(p.URL); wrong != "" {
		errs = append(errs, field.Invalid(where, p.URL, wrong))
	}
	return errs
}

// unfit says why links cannot begin with a URL; empty if they can.
func unfit(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "must be an https URL, such as https://invitations.example.com"
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(u.Path, "{}"):
		return "has nothing but a host and a path"
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "must begin with https: a link that others can read lets them answer"
	}
	return ""
}

// isLoopback reports whether a host is this machine, as in a trial.
func isLoopback(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "127.0.0.1" || host == "::1"
}

// linked refuses mail whose links lead nowhere.
func (c *OperatorConfig) linked() field.ErrorList {
	if c.Mail == nil || c.InvitationPage != nil {
		return nil
	}
	return field.ErrorList{field.Required(field.NewPath("invitationPage"), "the links in the e-mails that mail sends lead there")}
}
