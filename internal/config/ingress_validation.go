// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"slices"
	"strings"

	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// maxBaseDomain leaves room for a name of 59 characters and a dot (A4) in a domain name of 253.
const maxBaseDomain = validation.DNS1123SubdomainMaxLength - 60

// maxParents is the number of parents that an HTTPRoute can have.
const maxParents = 32

func (i *Ingress) validate(path *field.Path) field.ErrorList {
	errs := i.validateNames(path)
	errs = append(errs, oneOf(i.Mode, path.Child("mode"), RouteByIngress, RouteByGateway)...)
	errs = append(errs, oneOf(i.Controller, path.Child("controller"),
		ControllerNone, ControllerTraefik, ControllerHAProxyIngress, ControllerHAProxyTech, ControllerNginx)...)
	errs = append(errs, i.Backend.validate(path.Child("backend"))...)
	errs = append(errs, i.Fallback.validate(path.Child("fallback"))...)
	errs = append(errs, i.Portal.validate(path.Child("portal"))...)
	errs = append(errs, i.TLS.validate(path.Child("tls"))...)
	if i.Port != 0 {
		errs = append(errs, port(i.Port, path.Child("port"))...)
	}
	if i.MaxBodySize.Sign() < 0 {
		errs = append(errs, field.Invalid(path.Child("maxBodySize"), i.MaxBodySize.String(), "must not be negative"))
	}
	errs = append(errs, i.validateMetadata(path)...)
	return append(errs, i.validateGateway(path)...)
}

func (i *Ingress) validateNames(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	switch domain := path.Child("baseDomain"); {
	case i.BaseDomain == "":
		errs = append(errs, field.Required(domain, "access URLs are https://<name>.<baseDomain>"))
	case len(i.BaseDomain) > maxBaseDomain:
		errs = append(errs, field.Invalid(domain, i.BaseDomain, fmt.Sprintf("must have at most %d characters", maxBaseDomain)))
	default:
		errs = append(errs, conform(i.BaseDomain, domain, validation.IsDNS1123Subdomain)...)
	}
	if i.ClassName != "" {
		errs = append(errs, conform(i.ClassName, path.Child("className"), validation.IsDNS1123Subdomain)...)
	}
	return errs
}

func (b Backend) validate(path *field.Path) field.ErrorList {
	return service(b.Namespace, b.ServiceName, b.Port, path)
}

func (p *Portal) validate(path *field.Path) field.ErrorList {
	if p == nil {
		return nil
	}
	return append(conform(p.Name, path.Child("name"), validation.IsDNS1123Label),
		service(p.Backend.Namespace, p.Backend.ServiceName, p.Backend.Port, path.Child("backend"))...)
}

// service refuses a Service in the namespace of one organization: it would see the requests to all others.
func service(namespace, name string, number int32, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	at := path.Child("namespace")
	switch {
	case strings.HasPrefix(namespace, v1alpha1.NamespacePrefix):
		errs = append(errs, field.Invalid(at, namespace, "belongs to one organization; use a namespace of the platform"))
	case namespace != "":
		errs = append(errs, conform(namespace, at, validation.IsDNS1123Label)...)
	}
	errs = append(errs, conform(name, path.Child("serviceName"), validation.IsDNS1123Label)...)
	return append(errs, port(number, path.Child("port"))...)
}

func (t IngressTLS) validate(path *field.Path) field.ErrorList {
	errs := oneOf(t.Mode, path.Child("mode"), TLSExternal, TLSNone, TLSWildcard, TLSPerHost)
	switch at := path.Child("secretName"); {
	case t.SecretName == "":
	case t.Mode != TLSWildcard:
		errs = append(errs, field.Forbidden(at, "only the mode Wildcard uses it"))
	default:
		errs = append(errs, conform(t.SecretName, at, validation.IsDNS1123Subdomain)...)
	}
	return errs
}

// validateMetadata refuses what the API server would refuse in each object, and what the operator decides.
func (i *Ingress) validateMetadata(path *field.Path) field.ErrorList {
	errs := metav1validation.ValidateLabels(i.exampleLabels(), path.Child("labels"))
	for key := range i.Labels {
		if strings.HasPrefix(key, v1alpha1.GroupName+"/") {
			errs = append(errs, field.Forbidden(path.Child("labels").Key(key), "labels of "+v1alpha1.GroupName+" are the operator's"))
		}
	}
	for key := range i.Annotations {
		errs = append(errs, conform(strings.ToLower(key), path.Child("annotations").Key(key), validation.IsQualifiedName)...)
	}
	return append(errs, i.validateTemplates(path)...)
}

func (i *Ingress) validateGateway(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	at := path.Child("gateway")
	if i.Mode == RouteByGateway {
		if i.Gateway == nil {
			errs = append(errs, field.Required(at, "the mode Gateway needs a Gateway"))
		}
		if i.TLS.Mode == TLSPerHost {
			errs = append(errs, field.Invalid(path.Child("tls", "mode"), i.TLS.Mode, "a Gateway's listeners have the certificates; use External"))
		}
	}
	if i.Gateway == nil {
		return errs
	}
	at = at.Child("parentRefs")
	switch parents := i.Gateway.ParentRefs; {
	case len(parents) == 0:
		errs = append(errs, field.Required(at, "the Gateways that serve the hosts"))
	case len(parents) > maxParents:
		errs = append(errs, field.TooMany(at, len(parents), maxParents))
	}
	for n, parent := range i.Gateway.ParentRefs {
		errs = append(errs, parent.validate(at.Index(n))...)
		if slices.Contains(i.Gateway.ParentRefs[:n], parent) {
			errs = append(errs, field.Duplicate(at.Index(n), parent.Namespace+"/"+parent.Name))
		}
	}
	return errs
}

func (p ParentRef) validate(path *field.Path) field.ErrorList {
	errs := conform(p.Namespace, path.Child("namespace"), validation.IsDNS1123Label)
	errs = append(errs, conform(p.Name, path.Child("name"), validation.IsDNS1123Subdomain)...)
	if p.SectionName != "" {
		errs = append(errs, conform(p.SectionName, path.Child("sectionName"), validation.IsDNS1123Subdomain)...)
	}
	if p.Port != 0 {
		errs = append(errs, port(p.Port, path.Child("port"))...)
	}
	return errs
}

func port(number int32, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, msg := range validation.IsValidPortNum(int(number)) {
		errs = append(errs, field.Invalid(path, number, msg))
	}
	return errs
}

func oneOf[T ~string](value T, path *field.Path, known ...T) field.ErrorList {
	if slices.Contains(known, value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, value, known)}
}
