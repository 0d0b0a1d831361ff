// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Fallback answers for hosts that lead to no CRM (A6, A7). Every replica serves it, by HTTP: the ingress controller before it adds TLS.
type Fallback struct {
	Listener `json:",inline"`
	// serviceName is the name of the Service before it, in the operator's namespace. Ingresses of such hosts lead there.
	ServiceName string `json:"serviceName,omitempty"`
	// port of the Service, 1 to 65535.
	Port int32 `json:"port,omitempty"`
	// portalHost is the host where people sign in, such as login.crm.example.com. The base domain redirects there. Absent: the base domain
	// has a page that says where organizations are.
	PortalHost string `json:"portalHost,omitempty"`
}

func (f *Fallback) setDefaults() {
	if f == nil {
		return
	}
	f.BindAddress = cmp.Or(f.BindAddress, ":8083")
	f.ServiceName = cmp.Or(f.ServiceName, "polyorg-fallback")
	f.Port = cmp.Or(f.Port, 80)
}

func (f *Fallback) validate(path *field.Path, baseDomain string) field.ErrorList {
	if f == nil {
		return nil
	}
	errs := append(f.Listener.validate(path), service(f.ServiceName, f.Port, path)...)
	portal := path.Child("portalHost")
	switch f.PortalHost {
	case "":
	case baseDomain:
		errs = append(errs, field.Invalid(portal, f.PortalHost, "must not be the base domain, which redirects there"))
	default:
		errs = append(errs, conform(f.PortalHost, portal, validation.IsDNS1123Subdomain)...)
	}
	return errs
}
