// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Fallback answers for hosts that lead to no CRM (A6, A7). Every replica serves it, by HTTP: the ingress controller before it adds TLS.
type Fallback struct {
	Listener `json:",inline"`
	// serviceName is the name of the Service before it, in the namespace of leaderElection.
	ServiceName string `json:"serviceName,omitempty"`
	// port of the Service, 1 to 65535.
	Port int32 `json:"port,omitempty"`
}

func (f *Fallback) setDefaults() {
	if f == nil {
		return
	}
	f.BindAddress = cmp.Or(f.BindAddress, ":8083")
	f.ServiceName = cmp.Or(f.ServiceName, "polyorg-fallback")
	f.Port = cmp.Or(f.Port, 80)
}

func (f *Fallback) validate(path *field.Path) field.ErrorList {
	if f == nil {
		return nil
	}
	return append(f.Listener.validate(path), service("", f.ServiceName, f.Port, path)...)
}
