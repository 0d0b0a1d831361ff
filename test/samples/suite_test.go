// SPDX-License-Identifier: Apache-2.0

// Package samples tries out what `make run` shows: the samples, applied by the real kubectl as the people whom they name, on a
// real API server with two replicas of the operator, which then are killed.
package samples

import (
	"context"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/test/lab"
)

const (
	samplesDir = "../../config/samples"
	refusedDir = samplesDir + "/refused"
	setupDir   = refusedDir + "/setup"

	// soon bounds the wait for what takes a moment on a busy machine: a new leader, a reconcile.
	soon = 2 * time.Minute
)

var (
	cluster  *lab.Lab
	platform client.Client // the platform's administrator
)

func TestSamples(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Samples")
}

var _ = BeforeSuite(func(ctx context.Context) {
	cluster = lab.Start(ctx, lab.Options{})
	platform = cluster.Platform
	SetDefaultEventuallyTimeout(soon)
	SetDefaultEventuallyPollingInterval(200 * time.Millisecond)
})

// kubectl runs the real one and returns what it wrote to both its outputs.
func kubectl(ctx context.Context, args ...string) (string, error) {
	said, err := cluster.Kubectl(ctx, args...)
	return strings.TrimSpace(said), err
}
