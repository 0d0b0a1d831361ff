// SPDX-License-Identifier: Apache-2.0

// Package session is the person who runs a command: their cluster, who they are there, and how they act. It uses the public API alone, with
// the person's own rights.
package session

import (
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Scheme knows Kubernetes' kinds and ours.
var Scheme = runtime.NewScheme()

func init() {
	utilruntime.Must(clientgoscheme.AddToScheme(Scheme))
	utilruntime.Must(v1alpha1.AddToScheme(Scheme))
}

// As many requests as kubectl sends; the API server's own fairness paces them.
const (
	requestsPerSecond = 50
	requestsAtOnce    = 300
)

// Session is one run of a command.
type Session struct {
	genericiooptions.IOStreams
	Flags *genericclioptions.ConfigFlags

	client   client.WithWatch // made at its first use
	warnings warnings
}

// New makes a session with the flags that kubectl has too.
func New(streams genericiooptions.IOStreams) *Session {
	s := &Session{IOStreams: streams, warnings: warnings{out: streams.ErrOut, seen: map[string]bool{}}}
	s.Flags = genericclioptions.NewConfigFlags(true).WithWrapConfigFn(func(c *rest.Config) *rest.Config {
		c.QPS, c.Burst = requestsPerSecond, requestsAtOnce
		c.WarningHandler = &s.warnings
		return c
	})
	return s
}

// Client acts with the person's own rights.
func (s *Session) Client() (client.WithWatch, error) {
	if s.client != nil {
		return s.client, nil
	}
	config, err := s.cluster()
	if err != nil {
		return nil, err
	}
	s.client, err = client.NewWithWatch(config, client.Options{Scheme: Scheme, Mapper: mapper()})
	return s.client, err
}

// cluster is how to reach the cluster. Without any choice kubectl would try this machine.
func (s *Session) cluster() (*rest.Config, error) {
	raw, err := s.Flags.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return nil, err
	}
	if len(raw.Clusters) == 0 && *s.Flags.APIServer == "" && os.Getenv("KUBERNETES_SERVICE_HOST") == "" {
		return nil, clientcmd.ErrEmptyConfig
	}
	return s.Flags.ToRESTConfig()
}

// inside are the kinds of ours in an organization's namespace, and those of Kubernetes in any namespace that a command reads.
var inside = map[string]bool{
	"Membership": true, "Invitation": true, "IntegrationBinding": true,
	"ConfigMap": true, "EndpointSlice": true, "Ingress": true, "Lease": true, "Pod": true, "Secret": true,
}

// mapper knows the kinds without asking for them: a command costs no discovery.
func mapper() meta.RESTMapper {
	m := meta.NewDefaultRESTMapper(nil)
	for kind := range Scheme.AllKnownTypes() {
		scope := meta.RESTScopeRoot
		if inside[kind.Kind] {
			scope = meta.RESTScopeNamespace
		}
		m.Add(kind, scope)
	}
	return m
}

// Say writes a sentence.
func (s *Session) Say(format string, args ...any) { fmt.Fprintf(s.Out, format+"\n", args...) }

// Kind is the full name of a kind of ours.
func Kind(kind string) schema.GroupVersionKind { return v1alpha1.GroupVersion.WithKind(kind) }
