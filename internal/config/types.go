// SPDX-License-Identifier: Apache-2.0

// Package config is the operator's configuration file: the differences between one installation and another. Settings that may change while
// the operator runs are in the PlatformPolicy instead.
//
// It is read at start; a field that is unknown, repeated or invalid stops the start, with its path in the message. Examples with
// every field, each with a comment: config/samples/configuration/operator.yaml, and platformpolicy.yaml beside it.
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

// OperatorConfig is the configuration of one operator process. Replicas share everything but addresses and certDir.
type OperatorConfig struct {
	metav1.TypeMeta `json:",inline"`

	// webhook serves admission, by HTTPS.
	Webhook Webhook `json:"webhook,omitempty"`
	// metrics serves Prometheus metrics, by HTTP.
	Metrics Listener `json:"metrics,omitempty"`
	// health serves /healthz and /readyz, by HTTP.
	Health Listener `json:"health,omitempty"`
	// leaderElection decides which replica runs the controllers. All of them serve admission.
	LeaderElection LeaderElection `json:"leaderElection,omitempty"`
	// identity says which person an actor is (U2).
	Identity Identity `json:"identity,omitempty"`
	// access is the access that administrators get outside of their organization's namespace (R9).
	Access Access `json:"access,omitempty"`
	// ingress says how access URLs are served (A1, A5).
	Ingress Ingress `json:"ingress,omitempty"`
	// domains says how the operator looks up the DNS records that prove custom domains (A8).
	Domains Domains `json:"domains,omitempty"`
	// mail is the mail server that sends invitations (I4). Absent: there is none, and Invitations say so. It needs invitationPage.
	Mail *Mail `json:"mail,omitempty"`
	// invitationPage is the page behind the links in their e-mails. Absent: it is not served.
	InvitationPage *InvitationPage `json:"invitationPage,omitempty"`
	// sampleData is the Job that loads sample data into the organizations that ask for it (O5). Absent: there is none, and they say so.
	SampleData *SampleData `json:"sampleData,omitempty"`
	// tracing sends OpenTelemetry traces of admission by OTLP over gRPC. Absent: it sends none. endpoint is the collector; absent:
	// localhost:4317. samplingRatePerMillion is a sampling rate of its own; absent: it follows the API server's choice.
	Tracing *tracing.TracingConfiguration `json:"tracing,omitempty"`
}

// Listener is an address to listen on.
type Listener struct {
	// bindAddress is host:port; without a host, every address of the machine.
	BindAddress string `json:"bindAddress,omitempty"`
}

// HostPort returns the parts of a valid address.
func (l Listener) HostPort() (host string, port int) {
	host, p, _ := net.SplitHostPort(l.BindAddress)
	port, _ = strconv.Atoi(p)
	return host, port
}

// Webhook is how the API server reaches admission.
type Webhook struct {
	Listener `json:",inline"`
	// certDir holds tls.crt and tls.key, which are read again whenever they change.
	CertDir string `json:"certDir,omitempty"`
	// clientCertificates makes the webhook require a client certificate: then it answers only your API servers. Absent: it answers every
	// client that reaches the port.
	ClientCertificates *ClientCertificates `json:"clientCertificates,omitempty"`
}

// ClientCertificates says by which certificates the webhook knows an API server.
type ClientCertificates struct {
	// caFile holds the certificates, in PEM, of the authorities that sign them. It is read again whenever it changes.
	CAFile string `json:"caFile,omitempty"`
	// allowedNames are the names that a certificate may have as its common name, as a DNS name or as a URI. One of them is enough. Absent:
	// any certificate that an authority of caFile signed for a client.
	AllowedNames []string `json:"allowedNames,omitempty"`
}

// LeaderElection uses a Lease. Another replica leads at the latest LeaseDuration after the leader ended without notice.
type LeaderElection struct {
	// namespace of the Lease, and of the journal. It goes together with config/rbac.
	Namespace string `json:"namespace,omitempty"`
	// leaseDuration is the time after which another replica replaces a leader that it does not hear from, in whole seconds.
	LeaseDuration metav1.Duration `json:"leaseDuration,omitzero"`
	// renewDeadline is the time after which a leader that cannot renew its Lease gives up. It is less than leaseDuration.
	RenewDeadline metav1.Duration `json:"renewDeadline,omitzero"`
	// retryPeriod is the time between two attempts. It is less than 5/6 of renewDeadline.
	RetryPeriod metav1.Duration `json:"retryPeriod,omitzero"`
}

// Identity maps Kubernetes users to people (U2).
type Identity struct {
	// usernamePrefix stands before the e-mail address in an actor's Kubernetes username, as the API server's authentication puts it there.
	UsernamePrefix string `json:"usernamePrefix,omitempty"`
}

// Access is the access that administrators get outside of their organization's namespace (R9).
type Access struct {
	// ownOrganization says how administrators reach their own Organization. It can be changed at any time: the operator makes or removes
	// the roles and bindings when it starts.
	OwnOrganization OwnOrganization `json:"ownOrganization,omitempty"`
}

// OwnOrganization says how administrators reach their own Organization, which is outside of its namespace.
type OwnOrganization string

const (
	// OwnOrganizationBound makes a ClusterRole and a ClusterRoleBinding for each organization. By them its administrators read, change and
	// delete it with kubectl. Every request in the cluster pays for each of them.
	OwnOrganizationBound OwnOrganization = "Bound"
	// OwnOrganizationNone makes neither, and removes those that exist. Administrators keep their role in the namespace. They read their
	// Organization by a SelfReview, and change it by an OrganizationRequest.
	OwnOrganizationNone OwnOrganization = "None"
)
