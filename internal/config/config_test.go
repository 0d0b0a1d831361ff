// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	tracing "k8s.io/component-base/tracing/api/v1"
	"k8s.io/utils/ptr"
)

const header = "apiVersion: config.polyorg.io/v1alpha1\nkind: OperatorConfig\n"

const minimal = header + "webhook: {certDir: /certs}\ningress: {baseDomain: crm.example.com}\n"

func TestLoad(t *testing.T) {
	meta := metav1.TypeMeta{APIVersion: APIVersion, Kind: Kind}
	for name, tc := range map[string]struct {
		file string
		want OperatorConfig
	}{
		"the least there can be gets the defaults": {
			file: minimal,
			want: OperatorConfig{
				TypeMeta:       meta,
				Webhook:        Webhook{Listener: Listener{":9443"}, CertDir: "/certs"},
				Metrics:        Listener{":8080"},
				Health:         Listener{":8081"},
				LeaderElection: LeaderElection{"polyorg-system", duration("15s"), duration("10s"), duration("2s")},
				Access:         Access{OwnOrganizationBound},
				Domains:        Domains{Timeout: duration("10s")},
				Ingress: Ingress{BaseDomain: "crm.example.com", Mode: RouteByIngress, Controller: ControllerNone, TLS: IngressTLS{Mode: TLSExternal},
					Backend: Backend{ServiceName: "crm", Port: 80}},
			},
		},
		"everything can be set": {
			file: header + `
webhook: {bindAddress: "127.0.0.1:1", certDir: certs, clientCertificates: {caFile: /ca.crt, allowedNames: [kube-apiserver]}}
metrics: {bindAddress: "[::1]:2"}
health: {bindAddress: "localhost:65535"}
leaderElection: {namespace: elsewhere, leaseDuration: 1m, renewDeadline: 45s, retryPeriod: 1500ms}
identity: {usernamePrefix: "oidc:"}
access: {ownOrganization: None}
mail: {address: "mail.example.com:465", tls: Implicit, caFile: /ca.crt, serverName: mail.example.net, heloName: crm.example.com,
  from: "CRM <crm@example.com>", configMap: our-look, replyToInviter: true, credentialsDir: /mail, authentication: Login, timeout: 1m}
invitationPage: {bindAddress: "127.0.0.1:3", url: "https://crm.example.com/invitations"}
sampleData: {jobTemplate: {spec: {backoffLimit: 2, template: {spec: {restartPolicy: Never, containers: [{name: load, image: loader}]}}}}}
domains: {resolver: "[fd00::a]:5353", timeout: 1500ms}
ingress: {baseDomain: localhost, mode: Gateway, className: traefik, controller: Traefik, port: 8080, maxBodySize: 20Mi, requireAddress: true,
  backend: {namespace: crm-system, serviceName: web, port: 8443}, fallback: {bindAddress: "127.0.0.1:4", serviceName: pages, port: 81},
  portal: {name: signin, backend: {namespace: portal-system, serviceName: web, port: 82}}, tls: {mode: Wildcard, secretName: wildcard},
  labels: {example.com/of: "x-{{.Organization}}"}, annotations: {example.com/At: "{{.Host}} {{.Hosts}} {{.Organization}}"},
  gateway: {parentRefs: [{namespace: gateways, name: public, sectionName: web, port: 443}]}}
tracing: {endpoint: "collector:4317", samplingRatePerMillion: 10000}
`,
			want: OperatorConfig{
				TypeMeta:       meta,
				Webhook:        Webhook{Listener{"127.0.0.1:1"}, "certs", &ClientCertificates{"/ca.crt", []string{"kube-apiserver"}}},
				Metrics:        Listener{"[::1]:2"},
				Health:         Listener{"localhost:65535"},
				LeaderElection: LeaderElection{"elsewhere", duration("1m"), duration("45s"), duration("1500ms")},
				Identity:       Identity{UsernamePrefix: "oidc:"},
				Access:         Access{OwnOrganizationNone},
				Domains:        Domains{"[fd00::a]:5353", duration("1500ms")},
				Ingress: Ingress{BaseDomain: "localhost", Mode: RouteByGateway, ClassName: "traefik", Controller: ControllerTraefik, Port: 8080, RequireAddress: true,
					MaxBodySize: resource.MustParse("20Mi"), Backend: Backend{"crm-system", "web", 8443}, Fallback: &Fallback{Listener{"127.0.0.1:4"}, "pages", 81},
					Portal: &Portal{"signin", PortalBackend{"portal-system", "web", 82}}, TLS: IngressTLS{TLSWildcard, "wildcard"},
					Labels:      map[string]string{"example.com/of": "x-{{.Organization}}"},
					Annotations: map[string]string{"example.com/At": "{{.Host}} {{.Hosts}} {{.Organization}}"},
					Gateway:     &Gateway{[]ParentRef{{"gateways", "public", "web", 443}}}},
				Mail: &Mail{Address: "mail.example.com:465", TLS: MailImplicitTLS, CAFile: "/ca.crt", ServerName: "mail.example.net",
					HeloName: "crm.example.com", From: "CRM <crm@example.com>", ConfigMap: "our-look", ReplyToInviter: true, CredentialsDir: "/mail",
					Authentication: MailAuthLogin, Timeout: duration("1m")},
				InvitationPage: &InvitationPage{Listener{"127.0.0.1:3"}, "https://crm.example.com/invitations"},
				SampleData:     &SampleData{loader()},
				Tracing:        &tracing.TracingConfiguration{Endpoint: ptr.To("collector:4317"), SamplingRatePerMillion: ptr.To[int32](10000)},
			},
		},
		"the least about mail gets the defaults": {
			file: minimal + "mail: {address: 'mail.example.com:587', from: crm@example.com}\n" +
				"invitationPage: {url: 'https://invitations.example.com'}\n",
			want: with(must(t, minimal), func(c *OperatorConfig) {
				c.Mail = &Mail{Address: "mail.example.com:587", TLS: MailStartTLS, From: "crm@example.com",
					Authentication: MailAuthAuto, Timeout: duration("2m")}
				c.InvitationPage = &InvitationPage{Listener{":8082"}, "https://invitations.example.com"}
			}),
		},
		"the least about pages and portal gets the defaults": {
			file: header + "webhook: {certDir: /certs}\ningress: {baseDomain: crm.example.com, fallback: {}, portal: {}}\n",
			want: with(must(t, minimal), func(c *OperatorConfig) {
				c.Ingress.Fallback = &Fallback{Listener{":8083"}, "polyorg-fallback", 80}
				c.Ingress.Portal = &Portal{"login", PortalBackend{ServiceName: "portal", Port: 80}}
			}),
		},
		"JSON is YAML": {
			file: `{"apiVersion": "config.polyorg.io/v1alpha1", "kind": "OperatorConfig",
				"webhook": {"certDir": "/certs"}, "ingress": {"baseDomain": "crm.example.com"}}`,
			want: must(t, minimal),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, must(t, tc.file)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		file string
		want []string
		not  string
	}{
		"an empty file": {
			file: "",
			want: []string{`apiVersion: Unsupported value: ""`, `kind: Unsupported value: ""`,
				"webhook.certDir: Required value", "ingress.baseDomain: Required value"},
		},
		"another version or kind": {
			file: "apiVersion: config.polyorg.io/v9\nkind: OperatorConfiguration\n",
			want: []string{`apiVersion: Unsupported value: "config.polyorg.io/v9": supported values: "config.polyorg.io/v1alpha1"`,
				`kind: Unsupported value: "OperatorConfiguration": supported values: "OperatorConfig"`},
		},
		"unknown fields, all of them": {
			file: minimal + "leaderElection: {name: x}\nmail: {password: secret}\nportal: {}\n",
			want: []string{`unknown field "leaderElection.name"`, `unknown field "mail.password"`, `unknown field "portal"`},
			not:  "secret",
		},
		"client certificates that nobody signs": {
			file: header + "webhook: {certDir: /certs, clientCertificates: {allowedNames: ['']}}\ningress: {baseDomain: crm.example.com}\n",
			want: []string{"webhook.clientCertificates.caFile: Required value", "webhook.clientCertificates.allowedNames[0]: Required value"},
		},
		"a resolver that has to be looked up": {
			file: minimal + "domains: {resolver: 'dns.example.com:53', timeout: 2m}\n",
			want: []string{`domains.resolver: Invalid value: "dns.example.com:53": must be an IP address and a port`,
				`domains.timeout: Invalid value: "2m0s": must be more than 0 and at most 1m0s`},
		},
		"a resolver without a port": {
			file: minimal + "domains: {resolver: 10.96.0.10, timeout: -1s}\n",
			want: []string{`domains.resolver: Invalid value: "10.96.0.10"`, `domains.timeout: Invalid value: "-1s"`},
		},
		"a resolver at no address": {
			file: minimal + "domains: {resolver: '0.0.0.0:53'}\n",
			want: []string{`domains.resolver: Invalid value: "0.0.0.0:53"`},
		},
		"a resolver at no port": {
			file: minimal + "domains: {resolver: '127.0.0.1:0'}\n",
			want: []string{`domains.resolver: Invalid value: "127.0.0.1:0"`},
		},
		"a mail server that could not be used": {
			file: minimal + "mail: {address: ':587', tls: Always, from: nobody, timeout: 1h}\n",
			want: []string{`mail.address: Invalid value: ":587": the host is missing`, `mail.tls: Unsupported value: "Always"`,
				`mail.from: Invalid value: "nobody"`, `mail.timeout: Invalid value: "1h0m0s": must be more than 0 and at most 10m0s`},
		},
		"a mail server of which nothing is said": {
			file: minimal + "mail: {}\n",
			want: []string{`mail.address: Invalid value: "": must be host:port, such as mail.example.com:587`, `mail.from: Invalid value: ""`},
		},
		"a time for mail that is none": {
			file: minimal + "mail: {address: 'localhost:25', from: a@b.c, timeout: 5 minutes}\n",
			want: []string{"mail.timeout: time: unknown unit"},
		},
		"a password on an open line": {
			file: minimal + "mail: {address: 'localhost:25', tls: None, from: a@b.c, credentialsDir: /mail}\n",
			want: []string{"mail.credentialsDir: Forbidden"},
		},
		"a certificate on an open line": {
			file: minimal + "mail: {address: 'localhost:25', tls: None, from: a@b.c, caFile: /ca.crt, serverName: mail.example.com}\n",
			want: []string{"mail.caFile: Forbidden", "mail.serverName: Forbidden"},
		},
		"a way to sign in that there is not": {
			file: minimal + "mail: {address: 'localhost:25', from: a@b.c, credentialsDir: /mail, authentication: CRAM-MD5}\n",
			want: []string{`mail.authentication: Unsupported value: "CRAM-MD5": supported values: "Auto", "Plain", "Login", "XOAUTH2"`},
		},
		"a way to sign in, with nothing to sign in with": {
			file: minimal + "mail: {address: 'localhost:25', from: a@b.c, authentication: XOAUTH2}\n",
			want: []string{"mail.credentialsDir: Required value: authentication: XOAUTH2 needs credentials"},
		},
		"names of mail servers that are none": {
			file: minimal + `mail: {address: 'localhost:25', from: a@b.c, serverName: "Mail Server", heloName: "crm\r\nMAIL FROM:<x@y.z>"}` + "\n",
			want: []string{`mail.serverName: Invalid value: "Mail Server"`, "mail.heloName: Invalid value: "},
		},
		"a ConfigMap of another namespace": {
			file: minimal + "mail: {address: 'localhost:25', from: a@b.c, configMap: other/look}\n",
			want: []string{`mail.configMap: Invalid value: "other/look"`},
		},
		"a sender that not each mail server can name": {
			file: minimal + "mail: {address: 'localhost:25', from: CRM <crm@exämple.com>}\n",
			want: []string{`mail.from: Invalid value: "CRM <crm@exämple.com>": must be an e-mail address in ASCII`},
		},
		"an access that there is not": {
			file: minimal + "access: {ownOrganization: Delegated}\n",
			want: []string{`access.ownOrganization: Unsupported value: "Delegated": supported values: "Bound", "None"`},
		},
		"a field in other letter case": {
			file: header + "webhook: {certdir: /certs}\n",
			want: []string{`unknown field "webhook.certdir"`},
		},
		"a field given twice": {
			file: minimal + "ingress: {baseDomain: other.example.com}\n",
			want: []string{`key "ingress" already set in map`},
		},
		"a value of another type": {
			file: header + "ingress: {backend: {port: http}}\n",
			want: []string{"ingress.backend.port: ", "int32"},
		},
		"durations that are none, each by its path": {
			file: minimal + "leaderElection: {leaseDuration: 15 seconds, renewDeadline: 10s, retryPeriod: 2}\n",
			want: []string{`leaderElection.leaseDuration: time: unknown unit`, "leaderElection.retryPeriod: json: cannot unmarshal number"},
		},
		"durations that contradict each other": {
			file: minimal + "leaderElection: {leaseDuration: 1500ms, renewDeadline: 15s, retryPeriod: 12500ms}\n",
			want: []string{`leaderElection.leaseDuration: Invalid value: "1.5s": must be whole seconds`,
				`leaderElection.renewDeadline: Invalid value: "15s": must be less than leaseDuration (1.5s)`,
				`leaderElection.retryPeriod: Invalid value: "12.5s": must be more than 0 and less than 5/6 of renewDeadline (12.5s)`},
		},
		"a duration in the past": {
			file: minimal + "leaderElection: {retryPeriod: -2s}\n",
			want: []string{`leaderElection.retryPeriod: Invalid value: "-2s"`},
		},
		"two listeners at one address": {
			file: minimal + "metrics: {bindAddress: \":9443\"}\nhealth: {bindAddress: \"127.0.0.1:9443\"}\n",
			want: []string{`metrics.bindAddress: Duplicate value: ":9443"`, `health.bindAddress: Duplicate value: "127.0.0.1:9443"`},
		},
		"a sample-data Job that could not run": {
			file: minimal + "sampleData: {}\n",
			want: []string{`sampleData.jobTemplate.spec.template.spec.restartPolicy: Unsupported value: "": supported values: "Never", "OnFailure"`,
				"sampleData.jobTemplate.spec.template.spec.containers: Required value"},
		},
		"a sample-data Job with a field that no Job has": {
			file: minimal + "sampleData: {jobTemplate: {spec: {backOffLimit: 1}}}\n",
			want: []string{`unknown field "sampleData.jobTemplate.spec.backOffLimit"`},
		},
		"a sample-data Job with values that no field has": {
			file: minimal + `
sampleData:
  jobTemplate:
    spec:
      activeDeadlineSeconds: 1h
      template:
        spec:
          containers:
            - {name: a, image: a}
            - {name: b, image: b, resources: {requests: {memory: much}}}
`,
			want: []string{"sampleData.jobTemplate.spec.activeDeadlineSeconds: ",
				"sampleData.jobTemplate.spec.template.spec.containers[1].resources.requests.memory: quantities must match"},
		},
		"a sample-data Job that takes what is the operator's": {
			file: minimal + `
sampleData:
  jobTemplate:
    metadata: {name: mine, namespace: elsewhere, finalizers: [a/b]}
    spec:
      manualSelector: true
      ttlSecondsAfterFinished: -1
      template:
        spec:
          restartPolicy: Always
          initContainers: [{image: loader}]
          containers:
            - {name: load, image: loader, env: [{name: A}, {name: POLYORG_LOCALE, value: fr}]}
            - {name: load}
`,
			want: []string{"sampleData.jobTemplate.metadata.name: Forbidden", "sampleData.jobTemplate.metadata.namespace: Forbidden",
				"sampleData.jobTemplate.metadata.finalizers: Forbidden", "sampleData.jobTemplate.spec.selector: Forbidden",
				"sampleData.jobTemplate.spec.ttlSecondsAfterFinished: Invalid value: -1",
				`sampleData.jobTemplate.spec.template.spec.restartPolicy: Unsupported value: "Always"`,
				"sampleData.jobTemplate.spec.template.spec.initContainers[0].name: Required value",
				"sampleData.jobTemplate.spec.template.spec.containers[0].env[1].name: Forbidden",
				`sampleData.jobTemplate.spec.template.spec.containers[1].name: Duplicate value: "load"`,
				"sampleData.jobTemplate.spec.template.spec.containers[1].image: Required value"},
		},
		"something that is not YAML": {
			file: "\tx",
			want: []string{"yaml: "},
		},
		"addresses out of form": {
			file: minimal + `
metrics: {bindAddress: "8080"}
health: {bindAddress: "no host:http"}
`,
			want: []string{`metrics.bindAddress: Invalid value: "8080": must be host:port`,
				`health.bindAddress: Invalid value: "no host:http": the port must be a number`,
				`health.bindAddress: Invalid value: "no host:http": the host must be`},
			not: "Duplicate",
		},
		"a trace collector out of reach, and more than all": {
			file: minimal + `tracing: {endpoint: "https://collector", samplingRatePerMillion: 1000001}`,
			want: []string{`tracing.endpoint: Invalid value: "https://collector": unsupported scheme`, `tracing.samplingRatePerMillion: Invalid value: 1000001`},
		},
		"a port that cannot be known beforehand": {
			file: minimal + `health: {bindAddress: ":0"}`,
			want: []string{`health.bindAddress: Invalid value: ":0": the port must be a number from 1 to 65535`},
		},
		"names out of form": {
			file: header + `
webhook: {certDir: /certs}
leaderElection: {namespace: Polyorg}
ingress: {baseDomain: https://crm.example.com, className: a/b, backend: {serviceName: a.b, port: 65536}}
`,
			want: []string{`leaderElection.namespace: Invalid value: "Polyorg"`,
				`ingress.baseDomain: Invalid value: "https://crm.example.com"`, `ingress.className: Invalid value: "a/b"`,
				`ingress.backend.serviceName: Invalid value: "a.b"`, `ingress.backend.port: Invalid value: 65536`},
		},
		"ways to route that there are not": {
			file: ingress("mode: Both, controller: Envoy, tls: {mode: Always, secretName: x}, port: 70000, maxBodySize: -1"),
			want: []string{`ingress.mode: Unsupported value: "Both": supported values: "Ingress", "Gateway"`,
				`ingress.controller: Unsupported value: "Envoy"`, `ingress.tls.mode: Unsupported value: "Always"`,
				"ingress.tls.secretName: Forbidden", "ingress.port: Invalid value: 70000", `ingress.maxBodySize: Invalid value: "-1"`},
		},
		"a size that is none": {
			file: ingress("maxBodySize: 20 MB"),
			want: []string{"ingress.maxBodySize: quantities must match"},
		},
		"a Service of one organization for all others, and names out of form": {
			file: ingress("backend: {namespace: org-acme}, portal: {name: Login, backend: {namespace: org-acme}}, fallback: {bindAddress: ':9443', serviceName: a.b}"),
			want: []string{`ingress.backend.namespace: Invalid value: "org-acme": belongs to one organization`,
				`ingress.portal.backend.namespace: Invalid value: "org-acme"`, `ingress.portal.name: Invalid value: "Login"`,
				`ingress.fallback.serviceName: Invalid value: "a.b"`, `ingress.fallback.bindAddress: Duplicate value: ":9443"`},
		},
		"the mode Gateway without a Gateway, and with certificates of its own": {
			file: ingress("mode: Gateway, tls: {mode: PerHost}"),
			want: []string{"ingress.gateway: Required value", `ingress.tls.mode: Invalid value: "PerHost"`},
		},
		"a Gateway without parents": {
			file: ingress("gateway: {}"),
			want: []string{"ingress.gateway.parentRefs: Required value"},
		},
		"parents out of form": {
			file: ingress("gateway: {parentRefs: [{name: public, port: -1}, {namespace: A, name: a/b, sectionName: a b}, {namespace: A, name: a/b, sectionName: a b}]}"),
			want: []string{"ingress.gateway.parentRefs[0].namespace: Invalid value", "ingress.gateway.parentRefs[0].port: Invalid value: -1",
				`ingress.gateway.parentRefs[1].name: Invalid value: "a/b"`, `ingress.gateway.parentRefs[1].sectionName: Invalid value`,
				"ingress.gateway.parentRefs[2]: Duplicate value"},
		},
		"templates that fail": {
			file: ingress(`labels: {a: "{{.Host}}", b: "{{", polyorg.io/organization: x}, annotations: {c: "{{slice .Host 0 50}}", "d e": x, f: "{{.Password}}"}`),
			want: []string{"ingress.labels[a]: Invalid value", "ingress.labels[b]: Invalid value", "ingress.labels[polyorg.io/organization]: Forbidden",
				`ingress.annotations[d e]: Invalid value`, "ingress.annotations[f]: Invalid value"},
		},
		"a template that fails for a short name only": {
			file: ingress(`annotations: {c: "{{slice .Host 0 50}}"}`),
			want: []string{"ingress.annotations[c]: Invalid value"},
		},
		"a label that is too long for a long name": {
			file: ingress(`labels: {a: "{{.Organization}}-more"}`),
			want: []string{"ingress.labels: Invalid value"},
		},
		"a base domain that leaves no room for the name": {
			file: header + "webhook: {certDir: /certs}\ningress: {baseDomain: " + strings.Repeat("a.", 96) + "aa}\n",
			want: []string{"must have at most 193 characters"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, tc.file)
			if err == nil {
				t.Fatal("want an error")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("want %q in:\n%v", want, err)
				}
			}
			if tc.not != "" && strings.Contains(err.Error(), tc.not) {
				t.Errorf("want no %q in:\n%v", tc.not, err)
			}
		})
	}
}

// ingress is a file with more about hosts.
func ingress(more string) string {
	return header + "webhook: {certDir: /certs}\ningress: {baseDomain: crm.example.com, " + more + "}\n"
}

func with(c OperatorConfig, change func(*OperatorConfig)) OperatorConfig {
	change(&c)
	return c
}

func duration(text string) metav1.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		panic(err)
	}
	return metav1.Duration{Duration: d}
}

// loader is the Job that the file with everything has.
func loader() batchv1.JobTemplateSpec {
	return batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{
		BackoffLimit: ptr.To[int32](2),
		Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "load", Image: "loader"}},
		}},
	}}
}

func TestLoadNamesTheFile(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "absent.yaml"))
	if err == nil || !strings.Contains(err.Error(), "absent.yaml") {
		t.Errorf("got %v", err)
	}
}

func TestHostPort(t *testing.T) {
	if host, port := (Listener{"[::1]:9443"}).HostPort(); host != "::1" || port != 9443 {
		t.Errorf("got %q, %d", host, port)
	}
}

func must(t *testing.T, file string) OperatorConfig {
	t.Helper()
	c, err := load(t, file)
	if err != nil {
		t.Fatal(err)
	}
	return *c
}

func load(t *testing.T, file string) (*OperatorConfig, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path)
}
