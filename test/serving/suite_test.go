// SPDX-License-Identifier: Apache-2.0

package serving

import (
	"context"
	"os"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/internal/config"
	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/edge/traefik"
)

// assets is the folder with Traefik's program.
var assets string

// behaviours are the specs that each mode has to pass.
var behaviours []func(s *scene)

func inEachMode(specs func(s *scene)) bool {
	behaviours = append(behaviours, specs)
	return true
}

// TestServing gives each mode a cluster of its own.
func TestServing(t *testing.T) {
	RegisterFailHandler(Fail)
	EnforceDefaultTimeoutsWhenUsingContexts()
	for _, mode := range []config.RouteMode{config.RouteByIngress, config.RouteByGateway} {
		Describe("In the mode "+string(mode), Ordered, ContinueOnFailure, func() {
			s := &scene{}
			BeforeAll(func(ctx context.Context) { s.start(ctx, mode) }, NodeTimeout(5*time.Minute))
			for _, specs := range behaviours {
				specs(s)
			}
		})
	}
	RunSpecs(t, "Serving")
}

var _ = BeforeSuite(func(ctx context.Context) {
	root, err := controlplane.ModuleRoot()
	Expect(err).NotTo(HaveOccurred())
	assets, err = traefik.Build(ctx, root, os.Stderr)
	Expect(err).NotTo(HaveOccurred())
}, NodeTimeout(15*time.Minute))
