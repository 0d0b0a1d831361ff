// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"
)

func TestObjectName(t *testing.T) {
	for email, want := range map[string]string{
		"john@zylker.com":      "john-zylker.com-",
		"a.b+c@mail.zylker.eu": "a.b-c-mail.zylker.eu-",
		"_x._y@zylker.com":     "x.y-zylker.com-",
		"{}@zylker.com":        "zylker.com-",
	} {
		if got := ObjectName(email); !strings.HasPrefix(got, want) || len(got) != len(want)+16 {
			t.Errorf("%s: got %s, want %s and sixteen characters", email, got, want)
		}
	}
}

func TestObjectNameIsAlwaysAName(t *testing.T) {
	for _, email := range []string{
		"", "@", "..", "a@b.c", "!#$%&'*+/=?^_`{|}~-@zylker.com", "a-@zylker.com", "a.-b@zylker.com",
		strings.Repeat("a", 64) + "@" + strings.Repeat("b.", 90) + "com",
		strings.Repeat("a.", 31) + "a@zylker.com",
	} {
		name := ObjectName(email)
		if errs := validation.IsDNS1123Subdomain(name); len(errs) > 0 || len(name) > 63 {
			t.Errorf("%q: %q is no name: %v", email, name, errs)
		}
	}
}

func TestObjectNameTellsPeopleApart(t *testing.T) {
	if ObjectName("a.b@zylker.com") == ObjectName("a+b@zylker.com") || ObjectName("a-b@zylker.com") == ObjectName("a+b@zylker.com") {
		t.Error("two addresses have one name")
	}
	if got, want := ObjectName("john@zylker.com"), "john-zylker.com-yispd3pixxvm57me"; got != want {
		t.Errorf("a name must stay what it was, else people lose their User: got %s, want %s", got, want)
	}
}

func FuzzObjectName(f *testing.F) {
	f.Add("john@zylker.com")
	f.Fuzz(func(t *testing.T, email string) {
		if errs := validation.IsDNS1123Subdomain(ObjectName(email)); len(errs) > 0 {
			t.Errorf("%q: %v", email, errs)
		}
	})
}
