// SPDX-License-Identifier: Apache-2.0

package tally

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// page is how many objects are listed at once.
const page = 500

// Each lists objects page by page, and calls f with each.
func Each[O runtime.Object](ctx context.Context, c client.Reader, list client.ObjectList, f func(O), options ...client.ListOption) error {
	for next := ""; ; next = list.GetContinue() {
		err := c.List(ctx, list, append(options, client.Limit(page), client.Continue(next))...)
		if err == nil {
			err = meta.EachListItem(list, func(obj runtime.Object) error {
				f(obj.DeepCopyObject().(O)) // the next page takes its place
				return nil
			})
		}
		if err != nil || list.GetContinue() == "" {
			return err
		}
	}
}
