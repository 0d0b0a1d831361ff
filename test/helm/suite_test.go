// SPDX-License-Identifier: Apache-2.0

//go:build long

// Package helm runs the real Helm on a chart of customers: everything that a platform team does with it, from install to uninstall. Helm
// takes minutes to build, so these are long tests. `make test-long` builds it.
package helm

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/test/lab"
)

var l *lab.Lab

func TestHelm(t *testing.T) {
	RegisterFailHandler(Fail)
	EnforceDefaultTimeoutsWhenUsingContexts()
	RunSpecs(t, "Helm")
}

var _ = BeforeSuite(func(ctx context.Context) {
	l = lab.Start(ctx, lab.Options{})
}, NodeTimeout(5*time.Minute))
