// SPDX-License-Identifier: Apache-2.0

// Package history tries the limits by histories: many requests at once, on a real API server, to replicas in processes of their own.
// Meanwhile the replicas crash, pause and grow stale. Every change of every object is recorded in the store's order, and each state is
// judged. For one limit, porcupine also judges the order in which clients saw it.
package history

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/sandbox"
	"github.com/polyorg/polyorg/test/lab"
	"github.com/polyorg/polyorg/test/record"
)

const (
	// seedVariable is the environment variable that replays a history.
	seedVariable = "POLYORG_HISTORY_SEED"
	// replicas is how many processes there are. Tests with fewer replicas stop the last one.
	replicas = 3
	// soon bounds the wait for events that take a moment on a busy machine.
	soon = 90 * time.Second
)

var (
	control  *controlplane.ControlPlane
	operator *sandbox.Sandbox
	seen     *record.Recorder
	judged   = record.NewChecker()
	platform client.Client // the platform's administrator
)

// TestMain makes this very program the replicas too. They are wired as in cmd/manager, with the race detector. But a test can wait for
// their drop time, run them without controllers, and hold their watches.
func TestMain(m *testing.M) {
	if mode := os.Getenv(modeVariable); mode != "" {
		file := flag.String("config", "", "the operator's configuration file")
		flag.Parse()
		if err := serve(*file, mode == withControllers); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestHistory(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Histories")
}

// The order matters: the leftovers of the crowds would keep the controllers busy.
var _ = Describe("History", Ordered, func() {
	AfterEach(func() {
		if CurrentSpecReport().Failed() {
			keepTraces()
		}
	})
	linearizability()
	randomHistories()
	endToEnd()
})

// seed is the one source of all random choices.
func seed() int64 {
	GinkgoHelper()
	text := os.Getenv(seedVariable)
	if text == "" {
		return GinkgoRandomSeed()
	}
	n, err := strconv.ParseInt(text, 10, 64)
	Expect(err).NotTo(HaveOccurred())
	return n
}

var _ = BeforeSuite(func(ctx context.Context) {
	Expect(os.Setenv(modeVariable, withoutControllers)).To(Succeed())
	DeferCleanup(os.Unsetenv, modeVariable)

	self, err := os.Executable()
	Expect(err).NotTo(HaveOccurred())
	cluster := lab.Start(ctx, lab.Options{Replicas: replicas, Manager: self})
	control, operator = cluster.Control, cluster.Operator
	SetDefaultEventuallyTimeout(soon)
	platform = as("")
	lab.OpenTheDoor(ctx, platform)
	seen = record.Start(control.Config(), nil)
	DeferCleanup(func() { seen.Stop() })
})
