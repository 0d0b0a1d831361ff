// SPDX-License-Identifier: Apache-2.0

// Package samples tries the results of `make run`. The real kubectl applies the samples as the people whom they name, on a real API server
// with two replicas of the operator. Then the replicas are killed.
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

	// soon bounds the wait for events that take a moment on a busy machine: a new leader, a reconcile.
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

// kubectl runs the real kubectl, and returns both of its outputs.
func kubectl(ctx context.Context, args ...string) (string, error) {
	said, err := cluster.Kubectl(ctx, args...)
	return strings.TrimSpace(said), err
}
