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

// What is in the files named journal is all that these tests know of how the journal is stored.

var journalKey = client.ObjectKey{Namespace: systemNS, Name: journal.Name}

// writesJournal tells the journal's compare-and-swap from every other request.
func writesJournal(r *http.Request) bool { return r.Method == http.MethodPut && speaksOfJournal(r) }

// speaksOfJournal tells what is read from and written to the journal from every other request.
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

// record is what the journal says.
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

// touch writes the journal without changing what it says, so that whoever has read it has to read it again.
func touch(ctx context.Context) error {
	stored := &corev1.ConfigMap{}
	stored.Namespace, stored.Name = journalKey.Namespace, journalKey.Name
	patch := `{"metadata":{"annotations":{"touched":"` + lab.Unique("by") + `"}}}`
	return platform.Patch(ctx, stored, client.RawPatch("application/merge-patch+json", []byte(patch)))
}
