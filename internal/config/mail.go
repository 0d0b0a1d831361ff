// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"net/mail"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

// Mail is the mail server that sends invitations (I4).
type Mail struct {
	// address of the SMTP server, host:port.
	Address string `json:"address,omitempty"`
	// tls says how the connection is encrypted.
	TLS MailTLS `json:"tls,omitempty"`
	// from is the sender of the messages: an address, with or without a name, such as CRM <crm@example.com>.
	From string `json:"from,omitempty"`
	// credentialsDir holds the files username and password, as a mounted Secret of type kubernetes.io/basic-auth does. They are never in
	// this file. Absent: the operator does not sign in. It is refused together with tls: None.
	CredentialsDir string `json:"credentialsDir,omitempty"`
	// timeout bounds the sending of one message, more than 0 and at most 10m.
	Timeout metav1.Duration `json:"timeout,omitzero"`
}

func (m *Mail) setDefaults() {
	if m == nil {
		return
	}
	if m.TLS == "" {
		m.TLS = MailStartTLS
	}
	setDuration(&m.Timeout, 30*time.Second)
}

func (m *Mail) validate(path *field.Path) field.ErrorList {
	if m == nil {
		return nil
	}
	errs := address(m.Address, path.Child("address"), "such as mail.example.com:587")
	if strings.HasPrefix(m.Address, ":") {
		errs = append(errs, field.Invalid(path.Child("address"), m.Address, "the host is missing"))
	}
	switch m.TLS {
	case MailStartTLS, MailImplicitTLS:
	case MailPlain:
		if m.CredentialsDir != "" {
			errs = append(errs, field.Forbidden(path.Child("credentialsDir"), "a password is not sent over a connection that tls: None leaves open"))
		}
	default:
		errs = append(errs, field.NotSupported(path.Child("tls"), m.TLS, []MailTLS{MailStartTLS, MailImplicitTLS, MailPlain}))
	}
	if _, err := mail.ParseAddress(m.From); err != nil {
		errs = append(errs, field.Invalid(path.Child("from"), m.From, "must be an e-mail address, with or without a name before it"))
	}
	if d := m.Timeout.Duration; d <= 0 || d > maxMailTimeout {
		errs = append(errs, field.Invalid(path.Child("timeout"), d.String(), fmt.Sprintf("must be more than 0 and at most %s", maxMailTimeout)))
	}
	return errs
}
