// SPDX-License-Identifier: Apache-2.0

package cel

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestKubectlGet reads columns, short names, the category and selectable fields, as people see them.
func TestKubectlGet(t *testing.T) {
	for _, crd := range crds {
		store(t, full(t, crd.Spec.Names.Kind))
	}
	for sentence, c := range map[string]struct {
		get  string
		want []string
	}{
		"organizations": {"org", []string{
			"NAME | DISPLAY NAME | SUPER ADMIN | EDITION | SEATS | ACCESS URL | READY | REASON | AGE",
			"zylker-products | Zylker Products | john@zylker.com | Enterprise (trial) | 7/25 | https://zylker-products.crm.example.com | True | Active | 0s",
		}},
		"organizations, wide": {"org -o wide", []string{
			"NAME | DISPLAY NAME | SUPER ADMIN | EDITION | SEATS | ACCESS URL | READY | REASON | AGE | TRIAL ENDS | SUBSCRIPTION ENDS",
			"zylker-products | Zylker Products | john@zylker.com | Enterprise (trial) | 7/25 | https://zylker-products.crm.example.com | True | Active | 0s | 2030-01-16T08:00:00Z | 2031-01-01T00:00:00Z",
		}},
		"memberships": {"mbr -A", []string{
			"NAMESPACE | NAME | USER | ROLE | TYPE | ORIGIN | READY | REASON | AGE",
			"org-zylker-products | alice | alice@zylker.com | Standard | Internal | Provisioned | True | Suspended | 0s",
		}},
		"invitations": {"inv -A", []string{
			"NAMESPACE | NAME | EMAIL | ROLE | STATE | EXPIRES | READY | REASON | DELIVERED | AGE",
			"org-zylker-products | bob | bob@zylker.com | Administrator | Pending | 2030-01-08T08:00:00Z | True | Pending | True | 0s",
		}},
		"answers": {"invr", []string{
			"NAME | INVITEE | DECISION | READY | REASON | AGE",
			"bob-x7k2p | bob@zylker.com | Accept | True | Accepted | 0s",
		}},
		"requests": {"orgreq", []string{
			"NAME | USER | ACTION | ORGANIZATION | READY | REASON | AGE",
			"rename-x7k2p | john@zylker.com | Change | zylker-products | True | Changed | 0s",
		}},
		"bindings": {"ib -A", []string{
			"NAMESPACE | NAME | APPLICATION | ACCOUNT | INITIATED FROM | READY | REASON | AGE",
			"org-zylker-products | teams | MicrosoftTeams | zylker/sales | Application | True | Bound | 0s",
		}},
		"reservations": {"hr", []string{
			"NAME | HELD FOR | REDIRECT TO | EXPIRES | AGE",
			"zylker.crm.example.com | zylker-products | zylker-products.crm.example.com | 2030-02-01T08:00:00Z | 0s",
		}},
		"users": {"puser", []string{
			"NAME | EMAIL | ORGS | CREATED | DEFAULT | INVITATIONS | AGE",
			"john-zylker.com-yispd3pixxvm57me | john@zylker.com | 3/10 | 1/5 | zylker-products | 1 | 0s",
		}},
		"policies": {"pp", []string{
			"NAME | SIGN UP | READY | REASON | ENFORCED | AGE",
			"default | Closed | True | InForce | True | 0s",
		}},
		"the whole category": {"polyorg -A -o name", []string{
			"hostreservation.polyorg.io/zylker.crm.example.com",
			"integrationbinding.polyorg.io/teams",
			"invitationresponse.polyorg.io/bob-x7k2p",
			"invitation.polyorg.io/bob",
			"membership.polyorg.io/alice",
			"organizationrequest.polyorg.io/rename-x7k2p",
			"organization.polyorg.io/zylker-products",
			"platformpolicy.polyorg.io/default",
			"user.polyorg.io/john-zylker.com-yispd3pixxvm57me",
		}},
		"organizations by super admin":   {"org -o name --field-selector=spec.superAdmin=john@zylker.com", []string{"organization.polyorg.io/zylker-products"}},
		"organizations of another":       {"org -o name --field-selector=spec.superAdmin=eve@zylker.com", nil},
		"organizations by edition":       {"org -o name --field-selector=status.edition=Enterprise", []string{"organization.polyorg.io/zylker-products"}},
		"organizations of other edition": {"org -o name --field-selector=status.edition=ZohoOne", nil},
		"memberships by user":            {"mbr -A -o name --field-selector=spec.user=alice@zylker.com", []string{"membership.polyorg.io/alice"}},
		"memberships by role":            {"mbr -A -o name --field-selector=spec.role=Administrator", nil},
		"invitations by e-mail":          {"inv -A -o name --field-selector=spec.email=bob@zylker.com", []string{"invitation.polyorg.io/bob"}},
		"invitations by state":           {"inv -A -o name --field-selector=status.state=Pending", []string{"invitation.polyorg.io/bob"}},
		"bindings by application":        {"ib -A -o name --field-selector=spec.application=MicrosoftTeams", []string{"integrationbinding.polyorg.io/teams"}},
		"bindings by account":            {"ib -A -o name --field-selector=spec.account=zylker/support", nil},
		"users by e-mail":                {"puser -o name --field-selector=spec.email=john@zylker.com", []string{"user.polyorg.io/john-zylker.com-yispd3pixxvm57me"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(c.want, kubectlGet(t, c.get)); diff != "" {
				t.Errorf("kubectl get %s (-want +got):\n%s", c.get, diff)
			}
		})
	}
}

var (
	gap = regexp.MustCompile(` {2,}`)
	age = regexp.MustCompile(`\b\d+m?\d*s( \||$)`)
)

// kubectlGet returns the lines with " | " between columns, and every age as 0s.
func kubectlGet(t *testing.T, args string) (lines []string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), plane.Kubectl(),
		append([]string{"--kubeconfig=" + plane.Kubeconfig(), "get"}, strings.Fields(args)...)...)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	for line := range strings.Lines(string(out)) {
		line = gap.ReplaceAllString(strings.TrimSpace(line), " | ")
		lines = append(lines, age.ReplaceAllString(line, "0s$1"))
	}
	return lines
}
