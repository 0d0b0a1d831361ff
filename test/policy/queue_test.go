// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"net/http"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestQueue asks the API server, which names in each answer the FlowSchema that classified the request.
func TestQueue(t *testing.T) {
	const (
		journal = "/api/v1/namespaces/polyorg-system/configmaps/polyorg-journal"
		reviews = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
		leases  = "/apis/coordination.k8s.io/v1/namespaces/polyorg-system/leases/polyorg"
	)
	ours := flowSchemas(t)
	for name, tc := range map[string]struct {
		user, method, path string
		want               string // the FlowSchema; empty: none of ours
	}{
		"the operator's writes of the journal":           {operator, http.MethodPut, journal, "polyorg-journal"},
		"its reads of the journal":                       {operator, http.MethodGet, journal, "polyorg-journal"},
		"its lease":                                      {operator, http.MethodPut, leases, "polyorg-journal"},
		"its access reviews":                             {operator, http.MethodPost, reviews, "polyorg-access-reviews"},
		"its other requests queue with everybody's":      {operator, http.MethodGet, "/api/v1/namespaces", ""},
		"another's access reviews get no precedence":     {"system:serviceaccount:default:other", http.MethodPost, reviews, ""},
		"another's reads of the journal get none either": {"john@zylker.com", http.MethodGet, journal, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			g.Eventually(func() string {
				return ours[classified(g, plane.ConfigFor(tc.user, groupsOf(tc.user)...), tc.method, tc.path)]
			}).WithTimeout(soon).WithPolling(poll).Should(Equal(tc.want))
		})
	}
}

// flowSchemas returns the names of our FlowSchemas by their UIDs, once all refer to the priority level.
func flowSchemas(t *testing.T) map[string]string {
	t.Helper()
	g := NewWithT(t)
	admin := clientFor(t, plane.Config())
	names := map[string]string{}
	for _, name := range []string{"polyorg-journal", "polyorg-access-reviews"} {
		schema := &flowcontrolv1.FlowSchema{}
		g.Eventually(func() []flowcontrolv1.FlowSchemaCondition {
			g.Expect(admin.Get(t.Context(), client.ObjectKey{Name: name}, schema)).To(Succeed())
			return schema.Status.Conditions
		}).WithTimeout(soon).WithPolling(poll).Should(ContainElement(And(
			HaveField("Type", BeEquivalentTo(flowcontrolv1.FlowSchemaConditionDangling)),
			HaveField("Status", BeEquivalentTo(flowcontrolv1.ConditionFalse)))))
		names[string(schema.UID)] = name
	}
	return names
}

// classified sends a request, which may well be refused, and returns the UID of the FlowSchema that took it.
func classified(g Gomega, config *rest.Config, method, path string) string {
	transport, err := rest.TransportFor(config)
	g.Expect(err).NotTo(HaveOccurred())
	request, err := http.NewRequest(method, config.Host+path, strings.NewReader("{}"))
	g.Expect(err).NotTo(HaveOccurred())
	response, err := transport.RoundTrip(request)
	g.Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	return response.Header.Get(flowcontrolv1.ResponseHeaderMatchedFlowSchemaUID)
}

// groupsOf are the groups that the API server gives a user at sign-in.
func groupsOf(user string) []string {
	if strings.HasPrefix(user, "system:serviceaccount:") {
		return []string{"system:serviceaccounts", "system:authenticated"}
	}
	return []string{"system:authenticated"}
}
