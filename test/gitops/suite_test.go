// SPDX-License-Identifier: Apache-2.0

// Package gitops tests what a platform team does that keeps its customers in Git: it applies config/samples/gitops as the service
// account of that folder, in every manner that Flux and Argo CD know, again and again; moves it to another cluster; and prunes it.
package gitops

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/test/lab"
)

// home is the cluster in which most of it happens.
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

// At each step of all that was done, health agreed with reality.
var _ = AfterSuite(func() { witness.judge() })
