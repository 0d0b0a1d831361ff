// SPDX-License-Identifier: Apache-2.0

package smtp

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/polyorg/polyorg/internal/config"
)

// files is what the files of the configuration say. Two are equal if nothing changed between them.
type files struct{ username, password, authorities string }

// readFiles reads all files, or says which of them cannot be used. A Secret that is being replaced may give an old name and a new password
// once. The server refuses them, and the next message reads both again.
func readFiles(c config.Mail) (f files, err error) {
	if c.CredentialsDir != "" {
		if f.username, err = readSecret(c.CredentialsDir, "username"); err != nil {
			return files{}, err
		}
		if f.password, err = readSecret(c.CredentialsDir, "password"); err != nil {
			return files{}, err
		}
	}
	if c.CAFile != "" {
		if f.authorities, err = readAuthorities(c.CAFile); err != nil {
			return files{}, err
		}
	}
	return f, nil
}

// readSecret reads one line. Editors and echo end it with a line end, which is no part of it.
func readSecret(dir, name string) (string, error) {
	path := filepath.Join(dir, name)
	text, err := readFile(path, "the "+name+" of the mail server")
	if err != nil {
		return "", err
	}
	text = strings.TrimRight(text, "\r\n")
	switch {
	case text == "":
		return "", &stopped{StageFiles, said(path + " is empty; put the " + name + " of the mail server there")}
	case strings.ContainsAny(text, "\x00\x01\r\n"), !utf8.ValidString(text):
		return "", &stopped{StageFiles, said(path + " has more than one line, or a character that no sign-in can carry")}
	}
	return text, nil
}

func readAuthorities(path string) (string, error) {
	text, err := readFile(path, "the certificates of the mail server's authorities")
	if err == nil && !x509.NewCertPool().AppendCertsFromPEM([]byte(text)) {
		err = &stopped{StageFiles, said(path + " has no certificate in PEM; put those of the mail server's authorities there")}
	}
	return text, err
}

func readFile(path, holds string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", &stopped{StageFiles, said(fmt.Sprintf("%s cannot be read (%s); put %s there", path, root(err), holds))}
	}
	return string(data), nil
}

// roots are the authorities that may sign the server's certificate; nil means those of the system.
func (f files) roots() *x509.CertPool {
	if f.authorities == "" {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(f.authorities))
	return pool
}
