// SPDX-License-Identifier: Apache-2.0

// Package people tests an organization's people while many requests come at once. They change editions (E7), take seats and licences
// (E4–E6), and transfer the super-admin role (R1–R3, L2). Two replicas judge, and controllers act. Every state that was stored is judged by the
// rulebook.
package people

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
	"github.com/polyorg/polyorg/test/record"
)

// patient bounds one spec on a busy machine.
const patient = 4 * time.Minute

var (
	cluster *lab.Lab
	seen    *record.Recorder
	judged  = record.NewChecker()
)

func TestPeople(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "People")
}

var _ = BeforeSuite(func(ctx context.Context) {
	cluster = lab.Start(ctx, lab.Options{})
	lab.OpenTheDoor(ctx, cluster.Platform)
	seen = record.Start(cluster.Control.Config(), record.Kinds{
		"User":        func() client.ObjectList { return &v1alpha1.UserList{} },
		"RoleBinding": func() client.ObjectList { return &rbacv1.RoleBindingList{} },
	})
	DeferCleanup(func() { seen.Stop() })
}, NodeTimeout(5*time.Minute))

// No change of a spec broke a rule at any moment.
var _ = AfterEach(func(ctx context.Context) {
	Expect(judged.Check(seen.Settled(ctx))).To(BeEmpty(), "what was stored ought not to have been")
}, NodeTimeout(patient))
