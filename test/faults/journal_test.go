// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/lab"
)

// Only the files named journal know how the journal is stored. No other test here depends on that.

var journalKey = client.ObjectKey{Namespace: systemNS, Name: journal.Name}

// writesJournal reports whether a request is the journal's compare-and-swap.
func writesJournal(r *http.Request) bool { return r.Method == http.MethodPut && speaksOfJournal(r) }

// speaksOfJournal reports whether a request reads or writes the journal.
func speaksOfJournal(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/namespaces/"+systemNS+"/configmaps/"+journal.Name)
}

// storedJournal is the object as it is stored.
func storedJournal(ctx context.Context) *corev1.ConfigMap {
	GinkgoHelper()
	stored := &corev1.ConfigMap{}
	Expect(platform.Get(ctx, journalKey, stored)).To(Succeed())
	return stored
}

// record is the content of the journal.
func record(ctx context.Context) *journal.Record {
	GinkgoHelper()
	r, err := journal.Parse(storedJournal(ctx))
	Expect(err).NotTo(HaveOccurred())
	return r
}

// isQuiet waits until nothing is in flight.
func isQuiet(ctx context.Context) {
	GinkgoHelper()
	Eventually(ctx, func() any { return record(ctx).Entries }).Should(BeEmpty(), "nothing leaks")
}

// touch writes the journal without a change of its content, so that every replica must read it again.
func touch(ctx context.Context) error {
	stored := &corev1.ConfigMap{}
	stored.Namespace, stored.Name = journalKey.Namespace, journalKey.Name
	patch := `{"metadata":{"annotations":{"touched":"` + lab.Unique("by") + `"}}}`
	return platform.Patch(ctx, stored, client.RawPatch("application/merge-patch+json", []byte(patch)))
}
