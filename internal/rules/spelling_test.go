// SPDX-License-Identifier: Apache-2.0

package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/rules"
)

func TestSpelling(t *testing.T) {
	org := func(u v1alpha1.AccessURL) *v1alpha1.Organization {
		return &v1alpha1.Organization{Spec: v1alpha1.OrganizationSpec{SuperAdmin: alice, AccessURL: &u}}
	}
	invited := func(email string) *v1alpha1.Invitation {
		return &v1alpha1.Invitation{Spec: v1alpha1.InvitationSpec{Email: email}}
	}
	for sentence, tc := range map[string]struct {
		object any
		want   string
	}{
		"ASCII is left to the schema, right or wrong": {org(v1alpha1.AccessURL{Name: "ZYLKER", CustomDomain: "crm.zylker.com:443"}), ""},
		"an organization without an access URL":       {&v1alpha1.Organization{}, ""},
		"an object of another kind":                   {&v1alpha1.PlatformPolicy{}, ""},
		"U1: an address in another script has a form in ASCII": {invited("John@zylkér.com"),
			`spec.email: "John@zylkér.com" has letters beyond ASCII (U+00E9 'é'); write john@xn--zylkr-esa.com, if those are meant [U1]`},
		"U1: a letter that looks like another one is named": {invited("john@zylk\u0435r.com"),
			`spec.email: "john@zylkеr.com" has letters beyond ASCII (U+0435 'е'); write john@xn--zylkr-2we.com, if those are meant [U1]`},
		"U1: a letter that looks like a dot is a dot": {invited("john@zylker\u3002com"),
			`spec.email: "john@zylker。com" has letters beyond ASCII (U+3002 '。'); write john@zylker.com, if those are meant [U1]`},
		"U1: the part before the @ has no form in ASCII": {invited("josé@zylker.com"),
			`spec.email: "josé@zylker.com" has letters beyond ASCII (U+00E9 'é'); write an address that has plain ASCII letters before its @ [U1]`},
		"U1: nor has an address without an @": {invited("john\uff20zylker.com"),
			`spec.email: "john＠zylker.com" has letters beyond ASCII (U+FF20 '＠'); write an address that has plain ASCII letters before its @ [U1]`},
		"U1: nor has a domain that can be none": {invited("john@zyl\u202eker.com"),
			`spec.email: "john@zyl\u202eker.com" has letters beyond ASCII (U+202E); write its domain as the domain's registry does [U1]`},
		"U1: a member":  {&v1alpha1.Membership{Spec: v1alpha1.MembershipSpec{User: "bob@é.com"}}, `spec.user: "bob@é.com" has letters beyond ASCII (U+00E9 'é'); write bob@xn--9ca.com, if those are meant [U1]`},
		"U1: a User":    {&v1alpha1.User{Spec: v1alpha1.UserSpec{Email: "bob@é.com"}}, `spec.email: "bob@é.com" has letters beyond ASCII (U+00E9 'é'); write bob@xn--9ca.com, if those are meant [U1]`},
		"U1: who binds": {&v1alpha1.IntegrationBinding{Spec: v1alpha1.IntegrationBindingSpec{ConfiguredBy: "bob@é.com"}}, `spec.configuredBy: "bob@é.com" has letters beyond ASCII (U+00E9 'é'); write bob@xn--9ca.com, if those are meant [U1]`},
		"A4: a host":    {&v1alpha1.HostReservation{Spec: v1alpha1.HostReservationSpec{RedirectTo: "crm.é.com"}}, `spec.redirectTo: "crm.é.com" has letters beyond ASCII (U+00E9 'é'); write crm.xn--9ca.com, if those are meant [A4]`},
		"A4: a reserved host": {&v1alpha1.HostReservation{ObjectMeta: metav1.ObjectMeta{Name: "crm.é.com"}},
			`metadata.name: "crm.é.com" has letters beyond ASCII (U+00E9 'é'); write crm.xn--9ca.com, if those are meant [A4]`},
		"A4: an organization's name": {&v1alpha1.Organization{ObjectMeta: metav1.ObjectMeta{Name: "Zylkér"}},
			`metadata.name: "Zylkér" has letters beyond ASCII (U+00E9 'é'); write xn--zylkr-esa, if those are meant [A4]`},
		"A4: a domain in capitals": {org(v1alpha1.AccessURL{CustomDomain: "CRM.ZYLKÉR.com"}),
			`spec.accessURL.customDomain: "CRM.ZYLKÉR.com" has letters beyond ASCII (U+00C9 'É'); write crm.xn--zylkr-esa.com, if those are meant [A4]`},
		"A4: a domain that can be none": {org(v1alpha1.AccessURL{CustomDomain: "❤.zylker_.com"}),
			`spec.accessURL.customDomain: "❤.zylker_.com" has letters beyond ASCII (U+2764 '❤'); write the domain as its registry does [A4]`},
		"A4: an access URL's name": {org(v1alpha1.AccessURL{Name: "zylkér"}),
			`spec.accessURL.name: "zylkér" has letters beyond ASCII (U+00E9 'é'); write xn--zylkr-esa, if those are meant [A4]`},
		"A4: one whose letters look like others has no form": {org(v1alpha1.AccessURL{Name: "\u0430pple"}),
			`spec.accessURL.name: "аpple" has letters beyond ASCII (U+0430 'а'); use lower-case letters, digits and inner hyphens, for example zylker-products [A4]`},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, rules.Spelling(tc.object).String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestNetwork(t *testing.T) {
	for sentence, tc := range map[string]struct{ text, says string }{
		"I6: bits after the prefix":                 {"10.0.0.1/8", "write 10.0.0.0/8, not 10.0.0.1/8"},
		"I6: upper case":                            {"2001:DB8::/32", "write 2001:db8::/32, not 2001:DB8::/32"},
		"I6: the canonical form":                    {"203.0.113.0/24", ""},
		"I6: no network is for the schema to judge": {"203.0.113.7", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			vs := rules.Network("spec", tc.text)
			if (len(vs) > 0) != (tc.says != "") || !strings.Contains(vs.String(), tc.says) {
				t.Errorf("says %q", vs)
			}
		})
	}
}
