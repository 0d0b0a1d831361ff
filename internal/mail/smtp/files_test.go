// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/mail/mailtest"
)

func TestTheStartSaysWhichFileIsMissing(t *testing.T) {
	authority, err := mailtest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		file, content string // an absent file has the content "-"
		want          string
	}{
		"all are there":                   {"username", "polyorg", ""},
		"a name with a line end":          {"username", "polyorg\r\n", ""},
		"no name":                         {"username", "-", "username cannot be read (no such file or directory); put the username of the mail server there"},
		"no password":                     {"password", "-", "password cannot be read (no such file or directory); put the password of the mail server there"},
		"an empty password":               {"password", "\n", "password is empty; put the password of the mail server there"},
		"an empty name":                   {"username", "", "username is empty; put the username of the mail server there"},
		"two lines of password":           {"password", "a\nb\n", "password has more than one line"},
		"a name that ends a sign-in":      {"username", "a\x00b", "username has more than one line, or a character that no sign-in can carry"},
		"a name in no encoding":           {"username", "a\xffb", "username has more than one line, or a character that no sign-in can carry"},
		"no authorities":                  {"ca.crt", "-", "ca.crt cannot be read (no such file or directory); put the certificates of the mail server's authorities there"},
		"a file without authorities":      {"ca.crt", "", "ca.crt has no certificate in PEM"},
		"a file with something else":      {"ca.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "ca.crt has no certificate in PEM"},
		"a folder where a file should be": {"username", "/", "username cannot be read (is a directory)"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			all := map[string]string{"username": "polyorg", "password": "s3cret", "ca.crt": string(authority.PEM())}
			all[tc.file] = tc.content
			for file, content := range all {
				path := filepath.Join(dir, file)
				switch content {
				case "-":
				case "/":
					if err := os.Mkdir(path, 0o700); err != nil {
						t.Fatal(err)
					}
				default:
					if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
			c := at("127.0.0.1:25", config.MailStartTLS)
			c.CredentialsDir, c.CAFile = dir, filepath.Join(dir, "ca.crt")
			err := newSender(t, c).Readable()
			switch {
			case tc.want == "" && err != nil:
				t.Error(err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "")+"/"+tc.want)):
				t.Errorf("got %v", err)
			case err != nil && strings.Contains(err.Error(), "s3cret"):
				t.Errorf("the password is in %v", err)
			}
		})
	}
}

func TestAPasswordIsNeverSentOverAnOpenLine(t *testing.T) {
	c := at("127.0.0.1:25", config.MailPlain)
	c.CredentialsDir = t.TempDir()
	if _, err := New(c); err == nil || !strings.Contains(err.Error(), "tls: None") {
		t.Errorf("got %v", err)
	}
}

func TestAnAddressWithoutAPortIsRefused(t *testing.T) {
	if _, err := New(at("127.0.0.1", config.MailPlain)); err == nil {
		t.Error("want an error")
	}
}

func TestAChangedPasswordIsUsedAtOnce(t *testing.T) {
	d := signedIn(t)
	d.must(t, invitation("a@example.org"))

	d.SetCredentials("other", "n3w")
	d.must(t, invitation("b@example.org")) // the session stays, and the files have not changed
	if d.Accepted() != 1 {
		t.Errorf("%d connections", d.Accepted())
	}

	if err := d.WriteFiles(d.dir); err != nil {
		t.Fatal(err)
	}
	d.must(t, invitation("c@example.org"))
	if last := d.Messages()[2]; last.User != "other" || d.Accepted() != 2 {
		t.Errorf("signed in as %q, %d connections", last.User, d.Accepted())
	}
	d.await(t, func(s *mailtest.Server) bool { return s.Open() == 1 })
}

func TestAPasswordThatTheServerChangesFirstIsMendedByTheFile(t *testing.T) {
	d := signedIn(t)
	d.must(t, invitation("a@example.org"))
	d.SetCredentials(user, "n3w")
	d.Close()
	if f := fails(t, d.Sender, invitation("b@example.org")); f.Permanent || f.Stage != StageSignIn || f.Code != 535 {
		t.Errorf("got %+v", f)
	}
	d.write(t, "password", "n3w\n")
	d.must(t, invitation("b@example.org"))
}

func TestAChangedCertificateNeedsItsAuthorityInTheFile(t *testing.T) {
	for _, by := range []config.MailTLS{config.MailStartTLS, config.MailImplicitTLS} {
		t.Run(string(by), func(t *testing.T) {
			d := newDesk(t, nil, mailtest.TLS(by))
			d.must(t, invitation("a@example.org"))
			other, err := mailtest.NewAuthority()
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Certify(other, "127.0.0.1"); err != nil {
				t.Fatal(err)
			}
			d.must(t, invitation("b@example.org")) // the session stays

			d.Close()
			if f := fails(t, d.Sender, invitation("c@example.org")); f.Permanent || f.Stage != StageEncrypt {
				t.Errorf("got %+v", f)
			}
			if err := d.WriteFiles(d.dir); err != nil {
				t.Fatal(err)
			}
			d.must(t, invitation("c@example.org"))
			if d.Received() != 3 {
				t.Errorf("%d messages", d.Received())
			}
		})
	}
}

func TestAnAuthorityThatIsTakenAwayEndsTheKeptConnection(t *testing.T) {
	d := newDesk(t, nil)
	d.must(t, invitation("a@example.org"))
	other, err := mailtest.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	d.write(t, "ca.crt", string(other.PEM()))
	if f := fails(t, d.Sender, invitation("b@example.org")); f.Permanent || f.Stage != StageEncrypt {
		t.Errorf("got %+v", f)
	}
}

func TestAFileThatIsMissingLaterIsTemporary(t *testing.T) {
	d := signedIn(t)
	d.must(t, invitation("a@example.org"))
	path := filepath.Join(d.dir, "password")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"send": d.Send(t.Context(), written(invitation("b@example.org"))), "check": d.Check(t.Context())} {
		if f := failureOf(t, err); f.Permanent || f.Stage != StageFiles || !strings.HasPrefix(f.Reason, path+" cannot be read") {
			t.Errorf("%s: got %+v", name, f)
		}
	}
	d.write(t, "password", password)
	d.must(t, invitation("b@example.org"))
}
