// SPDX-License-Identifier: Apache-2.0

//go:build long

package faults

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/test/lab"
)

const (
	operatorAccount = "polyorg-operator"
	loaderAccount   = "loader"
)

// account is a configuration that acts as a service account.
func account(config *rest.Config, namespace, name string) *rest.Config {
	config = rest.CopyConfig(config)
	config.Impersonate = rest.ImpersonationConfig{UserName: "system:serviceaccount:" + namespace + ":" + name,
		Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"}}
	return config
}

// stopwatch times requests for the journal, and knows which FlowSchema classified the last one.
type stopwatch struct {
	base   http.RoundTripper
	mu     sync.Mutex
	worst  time.Duration
	schema string
}

// RoundTrip implements http.RoundTripper.
func (s *stopwatch) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	response, err := s.base.RoundTrip(r)
	if speaksOfJournal(r) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.worst = max(s.worst, time.Since(began))
		if err == nil {
			s.schema = response.Header.Get(flowcontrolv1.ResponseHeaderMatchedFlowSchemaUID)
		}
	}
	return response, err
}

func (s *stopwatch) read() (worst time.Duration, schema string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.worst, s.schema
}

var _ = Describe("An API server with few places for requests", func() {
	It("gives the journal's writes precedence over 60 creations that wait for them", func(ctx SpecContext) {
		for namespace, name := range map[string]string{systemNS: operatorAccount, "default": loaderAccount} {
			Expect(platform.Create(ctx, &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: name},
				RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"},
				Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name}}})).To(Succeed())
		}
		_, config := anotherServer(ctx, "--max-requests-inflight=12", "--max-mutating-requests-inflight=8")
		watch := &stopwatch{}
		operator := account(config, systemNS, operatorAccount)
		operator.Wrap(func(base http.RoundTripper) http.RoundTripper {
			watch.base = base
			return watch
		})
		serve(ctx, newReplica(operator))

		// load makes 60 creations at once. It returns the number of admitted ones, and the longest wait for the journal.
		load := func() (admitted int, worst time.Duration) {
			watch.mu.Lock()
			watch.worst = 0
			watch.mu.Unlock()
			for _, err := range lab.Together(60, func(i int) error {
				return once(ctx, account(config, "default", loaderAccount), "memberships", membership(pool[i%len(pool)], lab.Person("loaded")))
			}) {
				if err == nil {
					admitted++
				}
			}
			worst, _ = watch.read()
			return admitted, worst
		}
		without, waited := load()
		AddReportEntry("without our FlowSchemas: admitted, and the longest wait for the journal", []any{without, waited.String()})
		isQuiet(ctx)

		apply := exec.CommandContext(ctx, control.Kubectl(), "--kubeconfig="+control.Kubeconfig(), "apply", "--server-side",
			"--kustomize="+filepath.Join(root, "config", "apf"))
		said, err := apply.CombinedOutput()
		Expect(err).NotTo(HaveOccurred(), string(said))
		schema := &flowcontrolv1.FlowSchema{}
		Expect(platform.Get(ctx, client.ObjectKey{Name: "polyorg-journal"}, schema)).To(Succeed())
		Eventually(ctx, func(g Gomega) string {
			g.Expect(insist(ctx, func() error { return platform.Create(ctx, membership(pool[0], lab.Person("probe"))) })).To(Succeed())
			_, by := watch.read()
			return by
		}).Should(Equal(string(schema.UID)))
		with, passed := load()
		AddReportEntry("with them", []any{with, passed.String()})
		Expect(without).To(BeNumerically("<", 60), "the creations wait for a journal that waits behind them")
		Expect(with).To(Equal(60), "all within their time")
		Expect(passed).To(BeNumerically("<", waited))
		isQuiet(ctx)
	}, NodeTimeout(soon*4))
})
