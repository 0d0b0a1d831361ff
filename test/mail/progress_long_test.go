// SPDX-License-Identifier: Apache-2.0

//go:build long

package mail

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
)

var _ = Describe("Five hundred invitations in one apply", func() {
	It("I13: leave at the configured rate, and the organization says how far they are", func(ctx context.Context) {
		leaveAtTheRate(ctx, 500, 300)
	}, NodeTimeout(8*time.Minute))
})
