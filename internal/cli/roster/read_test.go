// SPDX-License-Identifier: Apache-2.0

package roster

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

func TestRead(t *testing.T) {
	all := Person{Role: v1alpha1.RoleStandard, UserType: v1alpha1.UserTypeInternal}
	at := func(line int, p Person) Person {
		p.Line = line
		return p
	}
	bob := Person{Email: "bob@zylker.com", Role: v1alpha1.RoleStandard, UserType: v1alpha1.UserTypeInternal}
	admin, guest := bob, bob
	admin.Role = v1alpha1.RoleAdministrator
	guest.UserType = v1alpha1.UserTypeExternal
	for sentence, tc := range map[string]struct {
		text string
		want []Person
		err  string
	}{
		"one address a line":                    {"bob@zylker.com\nbob@zylker.com\n", []Person{at(1, bob), at(2, bob)}, ""},
		"comments and empty lines are left out": {"# people\n\nbob@zylker.com\n", []Person{at(3, bob)}, ""},
		"columns":                               {"bob@zylker.com, Administrator\nbob@zylker.com,,External\n", []Person{at(1, admin), at(2, guest)}, ""},
		"columns with names":                    {"Email,Type\nbob@zylker.com,External\n", []Person{at(2, guest)}, ""},
		"a spreadsheet's mark":                  {"\ufeffemail,role\nbob@zylker.com,Administrator\n", []Person{at(2, admin)}, ""},
		"without a heading too":                 {"\ufeffbob@zylker.com\n", []Person{at(1, bob)}, ""},
		"an address as it is written":           {"Bob@zylker.com", []Person{{1, "Bob@zylker.com", all.Role, all.UserType}}, ""},
		"empty rows of a spreadsheet":           {"email,role\n,\nbob@zylker.com,Administrator\n , \n", []Person{at(3, admin)}, ""},
		"semicolons in the heading":             {"email;role\nbob@zylker.com;Administrator\n", nil, `line 1: there is no column "email;role"; the columns are email, role and type, separated by commas`},
		"semicolons in a row":                   {"bob@zylker.com;Administrator\n", nil, `line 1: columns are separated by commas, and "bob@zylker.com;Administrator" has a semicolon`},
		"an unknown column first":               {"name,email\nBob,bob@zylker.com\n", nil, `line 1: there is no column "name"; the columns are email, role and type, separated by commas`},
		"no column of addresses":                {"role,type\nStandard,Internal\n", nil, "line 1: the column email is missing"},
		"columns in another order":              {"type,email\nExternal,bob@zylker.com\n", []Person{at(2, guest)}, ""},
		"an unknown role":                       {"bob@zylker.com,administrator\n", nil, `line 1: the role is Standard or Administrator, not "administrator"`},
		"an unknown type":                       {"bob@zylker.com,,Guest\n", nil, `line 1: the type is Internal or External, not "Guest"`},
		"a row without an address":              {"bob@zylker.com\n,Standard,Internal\n", nil, "line 2: no e-mail address"},
		"nothing":                               {"", nil, ""},
		"an unknown column":                     {"email,phone\nbob@zylker.com,1\n", nil, `line 1: there is no column "phone"; the columns are email, role and type, separated by commas`},
		"a column too many":                     {"\nbob@zylker.com,a,b,c\n", nil, "line 2: 4 columns, where there are 3: email, role, type"},
	} {
		t.Run(sentence, func(t *testing.T) {
			got, err := Read(strings.NewReader(tc.text), all)
			if tc.err != "" {
				if err == nil || err.Error() != tc.err {
					t.Errorf("got %v, want %s", err, tc.err)
				}
				return
			}
			if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}
