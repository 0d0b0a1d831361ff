// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"os"
	"regexp"
	"testing"

	"github.com/google/cel-go/common/types"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/apis/apiserver/install"
	"k8s.io/apiserver/pkg/apis/apiserver/validation"
	authenticationcel "k8s.io/apiserver/pkg/authentication/cel"

	"github.com/polyorg/polyorg/internal/rules"
)

// TestTheSignInPage reads the AuthenticationConfiguration on the page as the API server does, and evaluates its expressions by the API
// server's own code (U2).
func TestTheSignInPage(t *testing.T) {
	mapper, errs := validation.CompileAndValidateJWTAuthenticator(authenticationcel.NewDefaultCompiler(), onPage(t).JWT[0], nil)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	actors := &Actors{UsernamePrefix: "oidc:"}
	for sentence, tc := range map[string]struct {
		email    string
		verified any
		want     rules.Actor
	}{
		"an address in capitals is the person's": {"Mixed.Case@Example.com", true, rules.Actor{Email: "mixed.case@example.com"}},
		"one in lower case stays":                {"mixed.case@example.com", true, rules.Actor{Email: "mixed.case@example.com"}},
		"one that is not verified is nobody's":   {"mixed.case@example.com", false, rules.Actor{}},
		"nor is one of which nothing is said":    {"mixed.case@example.com", nil, rules.Actor{}},
	} {
		t.Run(sentence, func(t *testing.T) {
			values := map[string]any{"email": tc.email}
			if tc.verified != nil {
				values["email_verified"] = tc.verified
			}
			if got := actors.Person(usernameBy(t, mapper, values)); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

// usernameBy is the username that some claims give, empty where they are refused.
func usernameBy(t *testing.T, mapper authenticationcel.CELMapper, values map[string]any) string {
	t.Helper()
	claims := types.NewStringInterfaceMap(types.DefaultTypeAdapter, values)
	valid, err := mapper.ClaimValidationRules.EvalClaimMappings(t.Context(), claims)
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range valid {
		if rule.EvalResult != types.True {
			return ""
		}
	}
	username, err := mapper.Username.EvalClaimMapping(t.Context(), claims)
	if err != nil {
		t.Fatal(err)
	}
	return username.EvalResult.Value().(string)
}

// onPage decodes the page's one block of YAML strictly.
func onPage(t *testing.T) *apiserver.AuthenticationConfiguration {
	t.Helper()
	page, err := os.ReadFile("../../docs/tasks/sign-in-names.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	if len(blocks) != 1 {
		t.Fatalf("the page has %d blocks of YAML", len(blocks))
	}
	scheme := runtime.NewScheme()
	install.Install(scheme)
	decoded, err := runtime.Decode(serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDecoder(), blocks[0][1])
	if err != nil {
		t.Fatal(err)
	}
	return decoded.(*apiserver.AuthenticationConfiguration)
}
