// SPDX-License-Identifier: Apache-2.0

// Package trial tests what people see of a trial and of a subscription, and of sample data where nothing loads any.
package trial

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/test/lab"
)

var l *lab.Lab

func TestTrial(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Trial")
}

var _ = BeforeSuite(func(ctx context.Context) { l = lab.Start(ctx, lab.Options{}) }, NodeTimeout(5*time.Minute))
