// SPDX-License-Identifier: Apache-2.0

// Package config is the operator's configuration file: the differences between one installation and another. Settings that may change while
// the operator runs are in the PlatformPolicy instead.
//
// It is read at start; a field that is unknown, repeated or invalid stops the start, with its path in the message. Examples with
// every field, each with a comment: config/samples/configuration/operator.yaml, and platformpolicy.yaml beside it.
//
// +groupName=config.polyorg.io
// +versionName=v1alpha1
package config

import (
	"net"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	tracing "k8s.io/component-base/tracing/api/v1"
)

// The file says its kind and version, so that a later version can recognise it.
const (
	APIVersion = "config.polyorg.io/v1alpha1"
	Kind       = "OperatorConfig"
)

// OperatorConfig is the configuration of one operator process. Replicas share everything but addresses and CertDir.
//
// +kubebuilder:object:root=true
type OperatorConfig struct {
	metav1.TypeMeta `json:",inline"`

	// Webhook serves admission, by HTTPS.
	Webhook Webhook `json:"webhook,omitempty"`
	// Metrics serves Prometheus metrics, by HTTP; at :8080 by default.
	Metrics Listener `json:"metrics,omitempty"`
	// Health serves /healthz and /readyz, by HTTP; at :8081 by default.
	Health Listener `json:"health,omitempty"`
	// LeaderElection decides which replica runs the controllers.
	LeaderElection LeaderElection `json:"leaderElection,omitempty"`
	// Identity says which person an actor is.
	Identity Identity `json:"identity,omitempty"`
	// Access is the access that people get beside that to their organization's namespace.
	Access Access `json:"access,omitempty"`
	// Ingress describes the Ingresses of access URLs.
	Ingress Ingress `json:"ingress,omitempty"`
	// Mail is the mail server that sends invitations (I4); absent: none, and Invitations say so.
	Mail *Mail `json:"mail,omitempty"`
	// SampleData is the Job that loads sample data into the organizations that ask for it (O5); absent: there is none, and they say so.
	SampleData *SampleData `json:"sampleData,omitempty"`
	// Tracing sends OpenTelemetry traces of admission by OTLP over gRPC; absent: none. Without a sampling rate of its own the
	// API server's choice is followed.
	Tracing *tracing.TracingConfiguration `json:"tracing,omitempty"`
}

// Listener is an address to listen on.
type Listener struct {
	// BindAddress is host:port; without a host, every address of the machine.
	BindAddress string `json:"bindAddress,omitempty"`
}

// HostPort returns the parts of a valid address.
func (l Listener) HostPort() (host string, port int) {
	host, p, _ := net.SplitHostPort(l.BindAddress)
	port, _ = strconv.Atoi(p)
	return host, port
}

// Webhook listens at :9443 by default.
type Webhook struct {
	Listener `json:",inline"`
	// CertDir holds tls.crt and tls.key, which are read again whenever they change.
	CertDir string `json:"certDir,omitempty"`
	// ClientCertificates makes the webhook require a client certificate: then it answers only your API servers. Absent: it answers every
	// client that reaches the port.
	ClientCertificates *ClientCertificates `json:"clientCertificates,omitempty"`
}

// ClientCertificates says by which certificates the webhook knows an API server.
type ClientCertificates struct {
	// CAFile holds the certificates, in PEM, of the authorities that sign them. It is read again whenever it changes. Required.
	CAFile string `json:"caFile,omitempty"`
	// AllowedNames are the names that a certificate may have as its common name, as a DNS name or as a URI. One of them is enough. Absent:
	// any certificate that an authority of CAFile signed for a client.
	AllowedNames []string `json:"allowedNames,omitempty"`
}

// LeaderElection uses a Lease. Another replica leads at the latest LeaseDuration after the leader ended without notice.
type LeaderElection struct {
	// Namespace of the Lease, and of the journal; polyorg-system by default.
	Namespace string `json:"namespace,omitempty"`
	// LeaseDuration is the time after which another replica replaces a leader that it does not hear from, in whole seconds; 15s by default.
	LeaseDuration metav1.Duration `json:"leaseDuration,omitzero"`
	// RenewDeadline is the time after which a leader that cannot renew its Lease gives up, less than LeaseDuration; 10s by default.
	RenewDeadline metav1.Duration `json:"renewDeadline,omitzero"`
	// RetryPeriod is the time between two attempts, less than 5/6 of RenewDeadline; 2s by default.
	RetryPeriod metav1.Duration `json:"retryPeriod,omitzero"`
}

// Identity maps Kubernetes users to people (U2).
type Identity struct {
	// UsernamePrefix stands before the e-mail address in an actor's Kubernetes username, as the API server's
	// authentication puts it there; none by default.
	UsernamePrefix string `json:"usernamePrefix,omitempty"`
}

// Access is the access that administrators get outside of their organization's namespace (R9).
type Access struct {
	// OwnOrganization is Bound or None; Bound by default. It can be changed at any time: the operator removes or makes the roles and
	// bindings when it starts.
	OwnOrganization OwnOrganization `json:"ownOrganization,omitempty"`
}

// OwnOrganization says how administrators reach their own Organization, which is outside of its namespace. Bound: each organization has a
// ClusterRole and a ClusterRoleBinding. By them its administrators read, change and delete it with kubectl. Every request in the cluster
// pays for each of them. None: no organization has these. Its administrators keep their role in the namespace, and reach the Organization
// only as far as the platform grants it.
type OwnOrganization string

const (
	// OwnOrganizationBound makes a ClusterRole and a ClusterRoleBinding for each organization.
	OwnOrganizationBound OwnOrganization = "Bound"
	// OwnOrganizationNone makes neither, and removes those that exist.
	OwnOrganizationNone OwnOrganization = "None"
)

// Ingress describes the Ingress of an organization's access URL (A1, A5).
type Ingress struct {
	// BaseDomain follows the name in https://<name>.<baseDomain>. It is a lower-case domain of at most 193 characters, so that the longest
	// name still fits. Required.
	BaseDomain string `json:"baseDomain,omitempty"`
	// ClassName of the Ingress; by default the cluster's default class.
	ClassName string `json:"className,omitempty"`
	// Backend serves an organization that names none of its own.
	Backend Backend `json:"backend,omitempty"`
}

// Backend is a Service in the organization's namespace.
type Backend struct {
	// ServiceName of the Service; crm by default.
	ServiceName string `json:"serviceName,omitempty"`
	// Port of the Service, 1 to 65535; 80 by default.
	Port int32 `json:"port,omitempty"`
}
