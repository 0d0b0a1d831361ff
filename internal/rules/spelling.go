// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// Spelling judges addresses and hosts in letters beyond ASCII, which Kubernetes and the schema refuse as well. It says how they are written: a domain in
// its form xn--…, which the schema cannot compute (U1, A4).
func Spelling(obj any) Violations {
	switch o := obj.(type) {
	case *v1alpha1.Organization:
		return slices.Concat(label("metadata.name", o.Name), address("spec.superAdmin", o.Spec.SuperAdmin), accessURLSpelling(o.Spec.AccessURL))
	case *v1alpha1.Membership:
		return address("spec.user", o.Spec.User)
	case *v1alpha1.Invitation:
		return append(address("spec.email", o.Spec.Email), address("spec.invitedBy", o.Spec.InvitedBy)...)
	case *v1alpha1.IntegrationBinding:
		return address("spec.configuredBy", o.Spec.ConfiguredBy)
	case *v1alpha1.HostReservation:
		return append(host("metadata.name", o.Name), host("spec.redirectTo", o.Spec.RedirectTo)...)
	case *v1alpha1.User:
		return address("spec.email", o.Spec.Email)
	}
	return nil
}

func accessURLSpelling(u *v1alpha1.AccessURL) Violations {
	if u == nil {
		return nil
	}
	return append(label("spec.accessURL.name", u.Name), host("spec.accessURL.customDomain", u.CustomDomain)...)
}

// address judges an e-mail address. Its domain has a form in ASCII; the part before the @ has none.
func address(field, email string) Violations {
	if isASCII(email) {
		return nil
	}
	at := strings.LastIndex(email, "@")
	if at < 0 || !isASCII(email[:at]) {
		return invalid("U1", field, "%q has letters beyond ASCII (%s); write an address that has plain ASCII letters before its @", email, beyond(email))
	}
	domain, ok := written(email[at+1:])
	if !ok {
		return invalid("U1", field, "%q has letters beyond ASCII (%s); write its domain as the domain's registry does", email, beyond(email))
	}
	return invalid("U1", field, "%q has letters beyond ASCII (%s); write %s, if those are meant", email, beyond(email), strings.ToLower(email[:at+1])+domain)
}

// host judges a full domain name.
func host(field, name string) Violations {
	if isASCII(name) {
		return nil
	}
	if ascii, ok := written(name); ok {
		return invalid("A4", field, "%q has letters beyond ASCII (%s); write %s, if those are meant", name, beyond(name), ascii)
	}
	return invalid("A4", field, "%q has letters beyond ASCII (%s); write the domain as its registry does", name, beyond(name))
}

// label judges the first label of an access URL. One whose letters look like others has no form that is taken.
func label(field, name string) Violations {
	if isASCII(name) {
		return nil
	}
	ascii, ok := written(name)
	if !ok || deceives(ascii) || strings.Contains(ascii, ".") {
		return invalid("A4", field, "%q has letters beyond ASCII (%s); use lower-case letters, digits and inner hyphens, for example zylker-products", name, beyond(name))
	}
	return invalid("A4", field, "%q has letters beyond ASCII (%s); write %s, if those are meant", name, beyond(name), ascii)
}

// Network judges how a network is written (I6). The schema refuses it as well. Its expressions may not cost enough to compute the right
// form, so it gives an example. What is no network at all is the schema's to refuse.
func Network(field, text string) Violations {
	n, err := netip.ParsePrefix(text)
	if err != nil || n.Masked().String() == text {
		return nil
	}
	return invalid("I6", field, "a network is in lower case, without bits after the prefix; write %s, not %s", n.Masked(), text)
}

// written is a domain as DNS holds it: in ASCII and lower case, if it has such a form.
func written(domain string) (string, bool) {
	ascii, err := idna.Lookup.ToASCII(domain)
	return ascii, err == nil && isIDNA(ascii) && isASCII(ascii)
}

// beyond are the first few letters beyond ASCII, with their code points, because many look like others or like nothing.
func beyond(text string) string {
	const few = 3
	var letters []string
	for _, r := range text {
		if letter := fmt.Sprintf("%#U", r); r > unicode.MaxASCII && !slices.Contains(letters, letter) && len(letters) < few {
			letters = append(letters, letter)
		}
	}
	return strings.Join(letters, ", ")
}
