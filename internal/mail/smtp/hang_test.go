// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
)

// patience is the timeout of a sender that meets a silent server, and grace what a loaded machine may add.
const (
	patience = 300 * time.Millisecond
	grace    = 20 * time.Second
)

// silences are servers that say a part of what they should, and then nothing.
var silences = map[string]struct {
	tls    config.MailTLS
	script []string
	big    bool
	stage  string
}{
	"before the greeting":       {tls: config.MailPlain, stage: StageGreeting},
	"in the greeting":           {tls: config.MailPlain, script: []string{"220-mail.localtest"}, stage: StageGreeting},
	"after EHLO":                {tls: config.MailPlain, script: []string{"220 hi"}, stage: StageHello},
	"in the answer to EHLO":     {tls: config.MailPlain, script: []string{"220 hi", "250-hi\r\n250-SIZE"}, stage: StageHello},
	"after STARTTLS":            {tls: config.MailStartTLS, script: []string{"220 hi", "250-hi\r\n250 STARTTLS"}, stage: StageEncrypt},
	"in STARTTLS's handshake":   {tls: config.MailStartTLS, script: []string{"220 hi", "250-hi\r\n250 STARTTLS", "220 go"}, stage: StageEncrypt},
	"in an implicit handshake":  {tls: config.MailImplicitTLS, stage: StageEncrypt},
	"after MAIL":                {tls: config.MailPlain, script: []string{"220 hi", "250 hi"}, stage: StageSender},
	"after RCPT":                {tls: config.MailPlain, script: []string{"220 hi", "250 hi", "250 ok"}, stage: StageRecipient},
	"after DATA":                {tls: config.MailPlain, script: []string{"220 hi", "250 hi", "250 ok", "250 ok"}, stage: StageData},
	"while the message arrives": {tls: config.MailPlain, script: []string{"220 hi", "250 hi", "250 ok", "250 ok", "354 go"}, big: true, stage: StageContent},
	"after the final dot":       {tls: config.MailPlain, script: []string{"220 hi", "250 hi", "250 ok", "250 ok", "354 go"}, stage: StageAccept},
}

func TestASilentServerHoldsNobodyLongerThanTheTimeout(t *testing.T) {
	for name, tc := range silences {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSender(t, at(act(t, tc.script, nil), tc.tls))
			f := timed(t, s, tc.big)
			want := "the mail server did not answer in time"
			if tc.stage == StageAccept {
				want += maybeAccepted
			}
			if f.Permanent || f.Code != 0 || f.Stage != tc.stage || f.Reason != want {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestAServerThatGoesAwayIsTemporary(t *testing.T) {
	for name, tc := range silences {
		if tc.big {
			continue // it goes away in the middle of a message in a test of its own
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSender(t, at(act(t, tc.script, io.EOF), tc.tls))
			f := fails(t, s, invitation("jane@example.org"))
			want := "the mail server closed the connection"
			if tc.stage == StageAccept {
				want += maybeAccepted
			}
			if f.Permanent || f.Code != 0 || f.Stage != tc.stage || f.Reason != want {
				t.Errorf("got %+v", f)
			}
		})
	}
}

// The steps that a script cannot play because they are encrypted.
func TestASilentServerHoldsNobodyAlsoWhenItIsEncrypted(t *testing.T) {
	for step, stage := range map[mailtest.Step]string{
		mailtest.Connect: StageGreeting, mailtest.Hello: StageHello, mailtest.Encrypt: StageEncrypt, mailtest.SignInStep: StageSignIn,
		mailtest.Sender: StageSender, mailtest.Recipient: StageRecipient, mailtest.Content: StageAccept, mailtest.Sent: StageAccept,
	} {
		t.Run(string(step), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, func(c *config.Mail) { c.Timeout.Duration = 2 * patience }, mailtest.SignIn(user, password))
			d.At(step, mailtest.Always(mailtest.ErrHang))
			if f := timed(t, d.Sender, false); f.Permanent || f.Stage != stage || !strings.HasPrefix(f.Reason, "the mail server did not answer in time") {
				t.Errorf("got %+v", f)
			}
			d.At(step, nil)
			d.must(t, invitation("joe@example.org"))
		})
	}
}

// A kernel whose queue of connections is full answers nothing, as a firewall that drops packets does.
func TestAServerThatDoesNotAcceptHoldsNobodyLongerThanTheTimeout(t *testing.T) {
	f := timed(t, newSender(t, at(full(t), config.MailPlain)), false)
	if f.Permanent || f.Stage != StageConnect || f.Reason != "the mail server did not answer in time" {
		t.Errorf("got %+v", f)
	}
}

func TestACanceledContextEndsASilence(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := at(listen(t, func(conn net.Conn) {
		_, _ = play(conn, []string{"220 hi", "250 hi"}).ReadString('\n')
		cancel()
		<-t.Context().Done()
	}), config.MailPlain)
	c.Timeout.Duration = time.Hour
	f := failureOf(t, newSender(t, c).Send(ctx, written(invitation("jane@example.org"))))
	if f.Permanent || f.Stage != StageSender || f.Reason != "the operator stopped waiting" {
		t.Errorf("got %+v", f)
	}
}

// A message that was cut off must not be accepted, also not because of a polite end of the session.
func TestHalfAMessageIsNoMessage(t *testing.T) {
	heard, over := make(chan string, 1), make(chan struct{})
	s := newSender(t, at(listen(t, func(conn net.Conn) {
		r := play(conn, []string{"220 hi", "250 hi", "250 ok", "250 ok", "354 go"})
		<-over // nobody reads until the sender has given up
		rest, _ := io.ReadAll(r)
		heard <- string(rest)
	}), config.MailPlain))
	if f := timed(t, s, true); f.Permanent || f.Stage != StageContent {
		t.Fatalf("got %+v", f)
	}
	close(over)
	if rest := <-heard; !strings.Contains(rest, "Subject: ") || strings.Contains(rest, "\r\n.\r\n") || strings.Contains(rest, "QUIT") {
		t.Errorf("%d bytes came, and an end", len(rest))
	}
}

func TestEndlessAnswersTakeNoEndlessMemory(t *testing.T) {
	c := at(listen(t, func(conn net.Conn) {
		line := []byte("220-" + strings.Repeat("x", 1000) + "\r\n")
		for {
			if _, err := conn.Write(line); err != nil {
				return
			}
		}
	}), config.MailPlain)
	c.Timeout.Duration = time.Hour
	f := fails(t, newSender(t, c), invitation("jane@example.org"))
	if f.Permanent || f.Stage != StageGreeting || f.Reason != errTooMuch.Error() {
		t.Errorf("got %+v", f)
	}
}

// Answers that are none of SMTP, at each step.
func TestNonsenseIsTemporary(t *testing.T) {
	for _, nonsense := range []string{"", "hello", "2", "25x ok", "HTTP/1.1 400 Bad Request", "250-a\r\n550 b", "\x00\x01\xff", "334 %%%", "999 what"} {
		for steps := range 5 {
			t.Run(fmt.Sprintf("%q after %d answers", nonsense, steps), func(t *testing.T) {
				script := slices.Concat([]string{"220 hi", "250 hi", "250 ok", "250 ok", "354 go"}[:steps], []string{nonsense})
				f := fails(t, newSender(t, at(act(t, script, io.EOF), config.MailPlain)), invitation("jane@example.org"))
				if f.Permanent && f.Code/100 != 5 || f.Reason == "" {
					t.Errorf("got %+v", f)
				}
			})
		}
	}
}

// What comes in the clear behind the answer to STARTTLS is not taken for the encrypted session.
func TestNothingIsSlippedInBeforeTheEncryption(t *testing.T) {
	d := signedIn(t)
	proxy := listen(t, func(client net.Conn) {
		server, err := net.Dial("tcp", d.Address())
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = server.Close() }()
		go func() { _, _ = io.Copy(server, client) }()
		r := bufio.NewReader(server)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if strings.HasPrefix(line, "220 2.0.0") { // the answer to STARTTLS
				line += "250 slipped in\r\n235 signed in\r\n"
				_, _ = io.WriteString(client, line)
				_, _ = io.Copy(client, r)
				return
			}
			_, _ = io.WriteString(client, line)
		}
	})
	c, err := d.Config(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	c.Address = proxy
	// Either the handshake fails, or what was slipped in is lost and the server itself answers.
	err = newSender(t, c).Send(t.Context(), written(invitation("jane@example.org")))
	for _, m := range d.Messages() {
		if err != nil || m.User != user || !m.Encrypted {
			t.Errorf("signed in as %q, encrypted %v, %v", m.User, m.Encrypted, err)
		}
	}
	if err != nil && failureOf(t, err).Stage != StageEncrypt {
		t.Errorf("got %v", err)
	}
	if (err == nil) != (d.Received() == 1) {
		t.Errorf("%d messages, %v", d.Received(), err)
	}
}

// at is the configuration for a server that plays.
func at(address string, by config.MailTLS) config.Mail {
	return config.Mail{Address: address, TLS: by, From: "a@b.c", Authentication: config.MailAuthAuto, Timeout: metav1.Duration{Duration: patience}}
}

// timed sends a message that fails, and not late.
func timed(t *testing.T, s *Sender, big bool) *mail.Failure {
	t.Helper()
	m := invitation("jane@example.org")
	if big {
		m.HTML = strings.Repeat(strings.Repeat("x", 70)+"\n", 6<<20/71)
	}
	start := time.Now()
	f := fails(t, s, m)
	if took := time.Since(start); took > s.config.Timeout.Duration+grace {
		t.Errorf("it took %s", took)
	}
	return f
}

// act listens, and gives each client the script. Then it is silent, or closes if there is an end.
func act(t *testing.T, script []string, end error) string {
	t.Helper()
	return listen(t, func(conn net.Conn) {
		r := play(conn, script)
		switch {
		case end == nil:
			<-t.Context().Done()
		case len(script) > 0 && strings.HasPrefix(script[len(script)-1], "354"):
			readMessage(r)
		}
	})
}

func readMessage(r *bufio.Reader) {
	for line := ""; line != ".\r\n"; {
		var err error
		if line, err = r.ReadString('\n'); err != nil {
			return
		}
	}
}

// play gives the greeting, and each further answer to a line.
func play(conn net.Conn, script []string) *bufio.Reader {
	r := bufio.NewReader(conn)
	for i, answer := range script {
		if i > 0 {
			if _, err := r.ReadString('\n'); err != nil {
				return r
			}
		}
		_, _ = io.WriteString(conn, answer+"\r\n")
	}
	return r
}

func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				serve(conn)
			}()
		}
	}()
	return l.Addr().String()
}

// full is an address where the kernel lets a connection wait.
func full(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for range 10 {
		conn, err := net.DialTimeout("tcp", address, patience)
		if err != nil {
			return address
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	t.Fatal("the queue has no end")
	return ""
}
