// SPDX-License-Identifier: Apache-2.0

package mailtest

import (
	"regexp"

	gosmtp "github.com/emersion/go-smtp"
)

// login is the server's part of LOGIN, which go-sasl has for clients only.
type login struct {
	username *string
	asked    bool
	signIn   func(username, password string) error
}

func (l *login) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case response == nil && !l.asked:
		l.asked = true
		return []byte("Username:"), false, nil
	case l.username == nil:
		name := string(response)
		l.username = &name
		return []byte("Password:"), false, nil
	}
	return nil, true, l.signIn(*l.username, string(response))
}

// bearer is the client's part of XOAUTH2, as Google and Microsoft describe it.
var bearer = regexp.MustCompile("^user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01$")

// xoauth2 is the server's part. It says by a challenge why it refuses, and refuses after the empty answer.
type xoauth2 struct {
	refused bool
	signIn  func(username, token string) error
}

func (x *xoauth2) Next(response []byte) (challenge []byte, done bool, err error) {
	if response == nil {
		return nil, false, nil
	}
	if part := bearer.FindSubmatch(response); part != nil && !x.refused && x.signIn(string(part[1]), string(part[2])) == nil {
		return nil, true, nil
	}
	if x.refused {
		return nil, true, gosmtp.ErrAuthFailed
	}
	x.refused = true
	return []byte(`{"status":"400","schemes":"Bearer","scope":"https://mail.example.com/"}`), false, nil
}
