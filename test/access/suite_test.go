// SPDX-License-Identifier: Apache-2.0

// Package access tests what people can and cannot do, by their own requests, on a cluster with the operator as it is shipped. It covers the
// roles that the operator binds, and those that only a platform team binds. It also covers a trial and its end.
package access

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/test/lab"
)

// customers is the group to which the platform team of this cluster binds self-service.
const customers = "zylker:customers"

var l *lab.Lab

func TestAccess(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Access")
}

var _ = BeforeSuite(func(ctx context.Context) {
	EnforceDefaultTimeoutsWhenUsingContexts()
	l = lab.Start(ctx, lab.Options{})
	lab.Bind(ctx, l.Platform, "polyorg-self-service", lab.Group(customers))
	letPast(ctx)
}, NodeTimeout(5*time.Minute))
