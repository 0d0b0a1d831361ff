// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/polyorg/polyorg/internal/mail"
)

// The stages of a delivery, in order, as a Failure names them.
const (
	StageWrite     = "write the message"
	StageTurn      = "wait for the connection to the mail server"
	StageFiles     = "read the files for the mail server"
	StageConnect   = "connect to the mail server"
	StageGreeting  = "wait for the mail server's greeting"
	StageHello     = "greet the mail server"
	StageEncrypt   = "encrypt the connection"
	StageSignIn    = "sign in to the mail server"
	StageSender    = "name the sender"
	StageRecipient = "name the recipient"
	StageData      = "announce the message"
	StageContent   = "hand over the message"
	StageAccept    = "wait for the mail server to accept the message"
)

// maybeAccepted says that the message may arrive twice. Its second try has the same Message-ID.
const maybeAccepted = "; it may have accepted the message"

// stopped is an error with the stage in which it came.
type stopped struct {
	stage string
	err   error
}

func (s *stopped) Error() string { return s.stage + ": " + s.err.Error() }

func (s *stopped) Unwrap() error { return s.err }

// said is an error in words of ours.
type said string

func (s said) Error() string { return string(s) }

// explain makes any error of a delivery a *mail.Failure. It keeps what the files hold out of it.
func explain(ctx context.Context, err error, f files) error {
	if err == nil {
		return nil
	}
	failure := &mail.Failure{Stage: StageWrite}
	var at *stopped
	if errors.As(err, &at) {
		failure.Stage = at.stage
	}
	var reply *textproto.Error
	if errors.As(err, &reply) {
		failure.Code = reply.Code
		failure.Enhanced, failure.Reason = f.reason(reply)
		failure.Permanent = permanent(failure)
	} else {
		failure.Reason = cut(f.inWords(ctx, err), maxReason)
	}
	failure.Platform = platform(failure)
	failure.SlowRecipient = failure.Stage == StageRecipient && errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(ctx.Err(), context.Canceled)
	if failure.Stage == StageAccept && failure.Code < 400 {
		failure.Uncertain = true
		failure.Reason = cut(failure.Reason, maxReason-len(maybeAccepted)) + maybeAccepted
	}
	return failure
}

// permanent reports whether a server refused this message for good (I12). A refusal to relay is none: it comes with the recipient, and somebody
// can mend it.
func permanent(f *mail.Failure) bool {
	relays := f.Stage == StageRecipient && strings.HasPrefix(f.Enhanced, "5.7.")
	return f.Code/100 == 5 && !platform(f) && !relays
}

// platform reports whether a failure is about the operator and its mail server. Before the server knows for whom the message is, it can only
// refuse the operator: its network, its certificate, its password, its sender. Somebody can mend that before the invitation ends, so such a
// refusal is temporary, whatever its code. The same holds for the replies of set-up, which servers also give later.
func platform(f *mail.Failure) bool {
	knows := []string{StageRecipient, StageData, StageContent, StageAccept}
	return !slices.Contains(knows, f.Stage) || slices.Contains(setUpCodes, f.Code) || slices.Contains(setUpStatuses, f.Enhanced)
}

// setUpCodes are replies about the session.
var setUpCodes = []int{
	500, 502, 503, 504, // a command that the server does not know, does not have, or does not expect
	530, 534, 535, 538, // sign in first, or in another way, or encrypt first
}

// setUpStatuses are enhanced status codes about the operator or the server (RFC 3463, RFC 5248).
var setUpStatuses = []string{
	"5.1.7", "5.1.8", // the sender's address
	"5.3.2", "5.3.5", // the server takes no messages now, or is set up wrongly
	"5.4.5",                    // too many messages: the quota of today
	"5.7.8", "5.7.9", "5.7.11", // the sign-in, or its encryption
}

// inWords says what happened on this side, without addresses of the network.
func (f files) inWords(ctx context.Context, err error) string {
	var ours said
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var plain tls.RecordHeaderError
	var late net.Error
	switch {
	case errors.As(err, &ours):
		return string(ours)
	case errors.Is(ctx.Err(), context.Canceled):
		return "the operator stopped waiting"
	case errors.As(err, &name):
		return "the name of the mail server is not found"
	case ctx.Err() != nil, errors.As(err, &late) && late.Timeout(): // a dialer has a clock of its own
		return "the mail server did not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.As(err, &certificate):
		return "the mail server's certificate is not trusted: " + f.clean(root(err).Error())
	case errors.As(err, &plain):
		return "the mail server does not answer with TLS"
	case isClosed(err):
		return "the mail server closed the connection"
	}
	return f.clean(root(err).Error())
}

func isClosed(err error) bool {
	closed := []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED}
	return slices.ContainsFunc(closed, func(e error) bool { return errors.Is(err, e) })
}

// root is the innermost error: those around it name addresses of the network, or repeat what was sent.
func root(err error) error {
	for {
		var inside error
		switch e := err.(type) { //nolint:errorlint // this is how to unwrap
		case interface{ Unwrap() error }:
			inside = e.Unwrap()
		case interface{ Unwrap() []error }:
			inside = e.Unwrap()[0]
		}
		if inside == nil {
			return err
		}
		err = inside
	}
}
