// SPDX-License-Identifier: Apache-2.0

// Package gitops tests the work of a platform team that keeps its customers in Git. It applies config/samples/gitops with the service
// account of that folder, in every manner of Flux and Argo CD, again and again. It moves customers to another cluster, and prunes them.
package gitops

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/test/lab"
)

// home is the cluster of most specs.
var home *cluster

// witness sees every state of every object there.
var witness *onlooker

func TestGitOps(t *testing.T) {
	RegisterFailHandler(Fail)
	EnforceDefaultTimeoutsWhenUsingContexts()
	RunSpecs(t, "GitOps")
}

var _ = BeforeSuite(func(ctx context.Context) {
	home = newCluster(ctx, lab.Start(ctx, lab.Options{}))
	witness = newOnlooker(home)
}, NodeTimeout(10*time.Minute))

// In each state that the specs passed through, health agreed with reality.
var _ = AfterSuite(func() { witness.judge() })
