// SPDX-License-Identifier: Apache-2.0

package organization

import (
	"context"
	"fmt"
	"testing"

	"github.com/go-logr/logr/funcr"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

func TestManyBoundOrganizationsAreWarnedOf(t *testing.T) {
	warnings := 0
	ctx := log.IntoContext(t.Context(), funcr.New(func(string, string) { warnings++ }, funcr.Options{}))
	r := &Reconciler{}
	count := func(ctx context.Context, from, to int, is bool) {
		for i := from; i < to; i++ {
			r.noteBound(ctx, fmt.Sprint("zylker-", i), is)
		}
	}
	for _, step := range []struct {
		what     string
		from, to int
		bound    bool
		want     int // warnings so far
	}{
		{"999 are not many", 0, 999, true, 0},
		{"and none more by being looked at again", 0, 999, true, 0},
		{"1,000 are", 999, 1000, true, 1},
		{"which is told once", 1000, 1100, true, 1},
		{"and when they were fewer meanwhile, again", 900, 1100, false, 1},
		{"as soon as they are that many", 900, 1000, true, 2},
	} {
		count(ctx, step.from, step.to, step.bound)
		if warnings != step.want {
			t.Errorf("%s: %d warnings, want %d", step.what, warnings, step.want)
		}
	}
}
