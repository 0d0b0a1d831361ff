// SPDX-License-Identifier: Apache-2.0

// Package access tests what people can do and cannot, by requests as themselves, on a cluster where the operator runs as it is
// shipped: what it binds, what is bound to nobody until a platform team binds it, and what a trial and its end let people do.
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
