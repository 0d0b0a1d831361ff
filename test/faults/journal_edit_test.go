// SPDX-License-Identifier: Apache-2.0

//go:build long

package faults

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/journal"
)

// isOpen reports whether there is a journal by which replicas may judge.
func isOpen(ctx context.Context) bool {
	stored := &corev1.ConfigMap{}
	if err := platform.Get(ctx, journalKey, stored); err != nil {
		return false
	}
	r, err := journal.Parse(stored)
	return err == nil && r.UID == stored.UID
}

// edit changes the journal by hand.
func edit(ctx context.Context, change func(data map[string]string)) {
	GinkgoHelper()
	Expect(retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		stored := storedJournal(ctx)
		change(stored.Data)
		return platform.Update(ctx, stored)
	})).To(Succeed())
}

// These are the parts of the journal, as somebody who edits it by hand finds them.
const (
	partFormat, partUID, partFences, partEntries = "format", "uid", "fences", "entries"
)

// removeJournal removes the journal's finalizer and deletes it.
func removeJournal(ctx context.Context) {
	GinkgoHelper()
	lost := storedJournal(ctx)
	Expect(platform.Delete(ctx, lost)).To(Succeed())
	Expect(platform.Patch(ctx, lost, client.RawPatch("application/merge-patch+json", []byte(`{"metadata":{"finalizers":null}}`)))).To(Succeed())
}
