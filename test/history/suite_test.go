// SPDX-License-Identifier: Apache-2.0

// Package history tries the limits by histories: many requests at once, on a real API server, to replicas of the operator that
// are processes of their own, which crash, pause and grow stale meanwhile. Every change of every object is recorded, in the order
// of the store, and each state on the way is judged; so is, for one limit, the order in which clients saw it (porcupine).
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
	// seedVariable names the environment variable that replays a history.
	seedVariable = "POLYORG_HISTORY_SEED"
	// replicas is how many processes there are; tests with fewer let the last one rest.
	replicas = 3
	// soon bounds the wait for what takes a moment on a busy machine.
	soon = 90 * time.Second
)

var (
	control  *controlplane.ControlPlane
	operator *sandbox.Sandbox
	seen     *record.Recorder
	judged   = record.NewChecker()
	platform client.Client // the platform's administrator
)

// TestMain lets this very program be the replicas too: as wired as cmd/manager, race detector included, but with a drop time
// that a test can wait for, controllers or not, and watches that can be held.
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

// In this order: what the crowds leave behind would keep the controllers busy.
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

// seed is the one number that all chance comes from.
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
