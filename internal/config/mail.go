// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"fmt"
	"net"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// maxMailTimeout is longer than a working mail server takes for one message.
const maxMailTimeout = 10 * time.Minute

// MailTLS says how a connection to a mail server is encrypted.
type MailTLS string

// Ways to encrypt a connection to a mail server.
const (
	MailStartTLS    MailTLS = "StartTLS" // by STARTTLS on a plain connection, as on port 587; a server without it gets nothing
	MailImplicitTLS MailTLS = "Implicit" // from the first byte, as on port 465
	MailPlain       MailTLS = "None"     // without encryption, for a relay on the same machine
)

// MailAuthentication says how the operator signs in to a mail server.
type MailAuthentication string

// Ways to sign in to a mail server.
const (
	MailAuthAuto    MailAuthentication = "Auto"    // by PLAIN, or by LOGIN if the server does not offer PLAIN
	MailAuthPlain   MailAuthentication = "Plain"   // by PLAIN
	MailAuthLogin   MailAuthentication = "Login"   // by LOGIN, as some older servers want it
	MailAuthXOAUTH2 MailAuthentication = "XOAUTH2" // by XOAUTH2; the file password holds the access token, which somebody else renews
)

// Mail is the mail server that sends invitations (I4).
type Mail struct {
	// address of the SMTP server, host:port.
	Address string `json:"address,omitempty"`
	// tls says how the connection is encrypted.
	TLS MailTLS `json:"tls,omitempty"`
	// caFile holds the certificates, in PEM, of the authorities that sign the mail server's certificate. It is read again whenever it
	// changes. Absent: the authorities that the system trusts. It is refused together with tls: None.
	CAFile string `json:"caFile,omitempty"`
	// serverName is the name, or the IP address, that the mail server's certificate must have. Absent: the host of address. It is refused
	// together with tls: None.
	ServerName string `json:"serverName,omitempty"`
	// heloName is the domain by which the operator greets the mail server. Absent: the IP address of its end of the connection, such as
	// [192.0.2.1].
	HeloName string `json:"heloName,omitempty"`
	// from is the sender of the messages: an address, with or without a name, such as CRM <crm@example.com>.
	From string `json:"from,omitempty"`
	// configMap is a ConfigMap in the operator's namespace with the platform's own name, logo, colours, sender, texts and templates. It is
	// followed while the operator runs. Absent: e-mails and pages have the built-in ones.
	ConfigMap string `json:"configMap,omitempty"`
	// replyToInviter sends replies to the person who invites. A reply usually quotes the links, by which the inviter could accept for the
	// invitee. The e-mail asks the invitee to delete them first. Absent: replies go to the sender.
	ReplyToInviter bool `json:"replyToInviter,omitempty"`
	// credentialsDir holds the files username and password, as a mounted Secret of type kubernetes.io/basic-auth does. They are never in
	// this file, and are read again whenever they change. Absent: the operator does not sign in. It is refused together with tls: None.
	CredentialsDir string `json:"credentialsDir,omitempty"`
	// authentication says how the operator signs in with the credentials.
	Authentication MailAuthentication `json:"authentication,omitempty"`
	// timeout bounds the sending of one message, more than 0 and at most 10m.
	Timeout metav1.Duration `json:"timeout,omitzero"`
}

func (m *Mail) setDefaults() {
	if m == nil {
		return
	}
	m.TLS = cmp.Or(m.TLS, MailStartTLS)
	m.Authentication = cmp.Or(m.Authentication, MailAuthAuto)
	setDuration(&m.Timeout, 2*time.Minute) // one that scans messages before it takes them needs more than a moment
}

func (m *Mail) validate(path *field.Path) field.ErrorList {
	if m == nil {
		return nil
	}
	errs := slices.Concat(m.validateServer(path), m.validateTLS(path), m.validateSignIn(path))
	if from, err := mail.ParseAddress(m.From); err != nil || !isASCII(from.Address) {
		errs = append(errs, field.Invalid(path.Child("from"), m.From, "must be an e-mail address in ASCII, with or without a name before it"))
	}
	if m.ConfigMap != "" {
		errs = append(errs, conform(m.ConfigMap, path.Child("configMap"), validation.IsDNS1123Subdomain)...)
	}
	if d := m.Timeout.Duration; d <= 0 || d > maxMailTimeout {
		errs = append(errs, field.Invalid(path.Child("timeout"), d.String(), fmt.Sprintf("must be more than 0 and at most %s", maxMailTimeout)))
	}
	return errs
}

func (m *Mail) validateServer(path *field.Path) field.ErrorList {
	errs := address(m.Address, path.Child("address"), "such as mail.example.com:587")
	if strings.HasPrefix(m.Address, ":") {
		errs = append(errs, field.Invalid(path.Child("address"), m.Address, "the host is missing"))
	}
	if m.HeloName != "" {
		errs = append(errs, conform(m.HeloName, path.Child("heloName"), validation.IsDNS1123Subdomain)...)
	}
	return errs
}

func (m *Mail) validateTLS(path *field.Path) field.ErrorList {
	known := []MailTLS{MailStartTLS, MailImplicitTLS, MailPlain}
	if !slices.Contains(known, m.TLS) {
		return field.ErrorList{field.NotSupported(path.Child("tls"), m.TLS, known)}
	}
	if m.TLS == MailPlain {
		return m.forbidTLS(path)
	}
	if m.ServerName != "" && net.ParseIP(m.ServerName) == nil {
		return conform(m.ServerName, path.Child("serverName"), validation.IsDNS1123Subdomain)
	}
	return nil
}

// forbidTLS refuses what has no meaning without encryption, so that nobody believes in it.
func (m *Mail) forbidTLS(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if m.CredentialsDir != "" {
		errs = append(errs, field.Forbidden(path.Child("credentialsDir"), "a password is not sent over a connection that tls: None leaves open"))
	}
	if m.CAFile != "" {
		errs = append(errs, field.Forbidden(path.Child("caFile"), "with tls: None there is no certificate"))
	}
	if m.ServerName != "" {
		errs = append(errs, field.Forbidden(path.Child("serverName"), "with tls: None there is no certificate"))
	}
	return errs
}

func (m *Mail) validateSignIn(path *field.Path) field.ErrorList {
	known := []MailAuthentication{MailAuthAuto, MailAuthPlain, MailAuthLogin, MailAuthXOAUTH2}
	switch {
	case !slices.Contains(known, m.Authentication):
		return field.ErrorList{field.NotSupported(path.Child("authentication"), m.Authentication, known)}
	case m.Authentication != MailAuthAuto && m.CredentialsDir == "":
		return field.ErrorList{field.Required(path.Child("credentialsDir"), fmt.Sprintf("authentication: %s needs credentials", m.Authentication))}
	}
	return nil
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}
