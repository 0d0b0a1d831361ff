// SPDX-License-Identifier: Apache-2.0

// Package config is the operator's configuration file: what one installation differs in from another. What the
// platform may change while the operator runs is a PlatformPolicy instead.
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

// The file says what it is, so that a later version can tell.
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
	// Identity tells who an actor is.
	Identity Identity `json:"identity,omitempty"`
	// Access is what people are given beside the access to their organization's namespace.
	Access Access `json:"access,omitempty"`
	// Ingress is where access URLs lead.
	Ingress Ingress `json:"ingress,omitempty"`
	// Mail is the mail server that sends invitations (I4); absent: none, and Invitations say so.
	Mail *Mail `json:"mail,omitempty"`
	// SampleData is what loads sample data into the organizations that ask for it (O5); absent: nothing does, and they say so.
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
	// ClientCertificates are required of whoever asks, where this is given: then only your API servers are answered. Absent: whoever
	// reaches the port is answered.
	ClientCertificates *ClientCertificates `json:"clientCertificates,omitempty"`
}

// ClientCertificates says by which certificates the webhook knows an API server.
type ClientCertificates struct {
	// CAFile holds the certificates, in PEM, of the authorities that sign them. It is read again whenever it changes. Required.
	CAFile string `json:"caFile,omitempty"`
	// AllowedNames are those that a certificate may bear as its common name, as a DNS name or as a URI: one of them is enough.
	// Absent: any certificate that an authority of CAFile signed for a client.
	AllowedNames []string `json:"allowedNames,omitempty"`
}

// LeaderElection uses a Lease. Another replica leads at the latest LeaseDuration after the leader ended without notice.
type LeaderElection struct {
	// Namespace of the Lease, and of the journal; polyorg-system by default.
	Namespace string `json:"namespace,omitempty"`
	// LeaseDuration is for how long others leave a leader in office that they do not hear from, in whole seconds; 15s by default.
	LeaseDuration metav1.Duration `json:"leaseDuration,omitzero"`
	// RenewDeadline is after how long a leader that cannot renew its Lease gives up, less than LeaseDuration; 10s by default.
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

// Access is what administrators are given outside of their organization's namespace (R9).
type Access struct {
	// OwnOrganization is Bound or None; Bound by default. It can be changed at any time: the operator removes or makes what it takes when
	// it starts.
	OwnOrganization OwnOrganization `json:"ownOrganization,omitempty"`
}

// OwnOrganization is how administrators reach their own Organization, which is outside of its namespace. Bound: each organization has
// a ClusterRole and a ClusterRoleBinding by which its administrators read, change and delete it with kubectl; every request in the
// cluster pays for each of them. None: no organization has these. Its administrators keep their role in the namespace, and reach the
// Organization only as far as the platform grants it.
type OwnOrganization string

const (
	// OwnOrganizationBound makes a ClusterRole and a ClusterRoleBinding for each organization.
	OwnOrganizationBound OwnOrganization = "Bound"
	// OwnOrganizationNone makes neither, and removes those that there are.
	OwnOrganizationNone OwnOrganization = "None"
)

// Ingress describes the Ingress of an organization's access URL (A1, A5).
type Ingress struct {
	// BaseDomain is what follows the name in https://<name>.<baseDomain>: a lower-case domain of at most 193
	// characters, so that the longest name still fits. Required.
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
