// SPDX-License-Identifier: Apache-2.0

package traefik

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// files are the names of what Traefik reads, in its folder.
const (
	staticFile  = "traefik.yaml"
	dynamicFile = "dynamic.yaml"
	tokenFile   = "token"
	caFile      = "ca.crt"
	pairName    = "default"
)

// throttle is how long Traefik collects changes before it follows them. Its own default of 2 s would hide what the operator needs.
const throttle = "100ms"

// loopback are the addresses from which Traefik believes a PROXY header.
var loopback = []string{"127.0.0.0/8", "::1/128"}

type object = map[string]any

// ports are those of the entry points.
type ports struct{ web, websecure, ping int }

func (o Options) write(p ports, token string) error {
	static, err := yaml.Marshal(o.static(p))
	if err != nil {
		return err
	}
	dynamic, err := yaml.Marshal(o.dynamic())
	if err != nil {
		return err
	}
	errs := []error{
		os.WriteFile(o.path(staticFile), static, 0o600),
		os.WriteFile(o.path(dynamicFile), dynamic, 0o600),
		os.WriteFile(o.path(tokenFile), []byte(token), 0o600),
		os.WriteFile(o.path(caFile), o.API.CAData, 0o600),
	}
	if o.Certificate != nil {
		errs = append(errs, o.Certificate.Write(o.Dir, pairName))
	}
	return errors.Join(errs...)
}

func (o Options) path(name string) string { return filepath.Join(o.Dir, name) }

// static is the configuration that Traefik reads at its start.
func (o Options) static(p ports) object {
	return object{
		"global":      object{"checkNewVersion": false, "sendAnonymousUsage": false},
		"log":         object{"level": "INFO"},
		"ping":        object{"entryPoint": "ping"},
		"entryPoints": o.entryPoints(p),
		"providers":   o.providers(),
	}
}

func (o Options) entryPoints(p ports) object {
	web, websecure := entryPoint(p.web), entryPoint(p.websecure)
	// Hosts whose Ingress says nothing of TLS are served here too, with the default certificate.
	websecure["http"] = object{"tls": object{}}
	if o.ProxyProtocol {
		for _, e := range []object{web, websecure} {
			e["proxyProtocol"] = object{"trustedIPs": loopback}
		}
	}
	return object{"web": web, "websecure": websecure, "ping": entryPoint(p.ping)}
}

func entryPoint(port int) object { return object{"address": fmt.Sprintf("127.0.0.1:%d", port)} }

// providers read Ingresses and Middlewares, and HTTPRoutes where they are wanted. The back end of each is the Service's ClusterIP.
func (o Options) providers() object {
	all := object{
		"providersThrottleDuration": throttle,
		"file":                      object{"filename": o.path(dynamicFile)},
		"kubernetesIngress":         o.provider(object{"ingressClass": Class, "ingressEndpoint": object{"ip": "127.0.0.1"}}),
		"kubernetesCRD":             o.provider(object{}), // a class there would hide Middlewares without its annotation
	}
	if o.Gateway {
		all["kubernetesGateway"] = o.provider(object{"statusAddress": object{"ip": "127.0.0.1"}})
	}
	return all
}

func (o Options) provider(more object) object {
	more["endpoint"] = o.API.Host
	more["token"] = o.path(tokenFile)
	more["certAuthFilePath"] = o.path(caFile)
	more["throttleDuration"] = throttle
	more["nativeLBByDefault"] = true
	return more
}

// dynamic has the certificate for hosts without one of their own. Without it, Traefik makes one that nobody trusts.
func (o Options) dynamic() object {
	if o.Certificate == nil {
		return object{}
	}
	pair := object{"certFile": o.path(pairName + ".crt"), "keyFile": o.path(pairName + ".key")}
	return object{"tls": object{"stores": object{"default": object{"defaultCertificate": pair}}}}
}
