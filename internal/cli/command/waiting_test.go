// SPDX-License-Identifier: Apache-2.0

package command

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The clock is that of the test.
func TestExplained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		step, stop := explained(progress(&out, 9, "Inviting"), &out, "Inviting")
		defer stop()
		for range 3 {
			<-time.After(quiet - time.Second)
			step()
		}
		synctest.Wait()
		if out.String() != "" {
			t.Errorf("said %q while people are invited", out.String())
		}
		for range 2 {
			<-time.After(2 * quiet)
			synctest.Wait() // what was told is written
			step()
		}
		synctest.Wait()
		if out.String() != "Waiting: interrupted invitations may hold seats for up to 90 s.\n" {
			t.Errorf("said %q while nothing moves", out.String())
		}
	})
}
