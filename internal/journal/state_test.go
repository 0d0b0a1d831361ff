// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/polyorg/polyorg/internal/facts"
)

func emptyState() *state {
	return newState(&corev1.ConfigMap{Data: (&Record{Format: Format}).data()}, facts.ParseEntry)
}

func TestAnIdenticalEntryIsKeptOnce(t *testing.T) {
	s := emptyState()
	s.object.ResourceVersion = "7"
	s.append(entryOf("a", ""))
	bytes := s.bytes()
	s.append(entryOf("a", "somebody"))
	if len(s.overlay.Entries()) != 1 || s.bytes() != bytes {
		t.Errorf("%d entries of %d bytes", len(s.overlay.Entries()), s.bytes())
	}
	// Once it is stored, the same request sent again has a new entry. Otherwise it would be dropped for the age of the first one.
	s.wrote(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{ResourceVersion: "8"}})
	s.append(entryOf("a", ""))
	if len(s.overlay.Entries()) != 1 || s.bytes() != bytes || !s.grown || s.overlay.Entries()[0].Stamp != "8" {
		t.Errorf("%d entries of %d bytes, to be written: %t", len(s.overlay.Entries()), s.bytes(), s.grown)
	}
	s.remove(s.overlay.Entries()[0])
	if len(s.overlay.Entries()) != 0 || s.bytes() != 0 {
		t.Errorf("left behind: %d entries of %d bytes", len(s.overlay.Entries()), s.bytes())
	}
}

func TestFencesOnlyRise(t *testing.T) {
	s := emptyState()
	for _, version := range []string{"9", "10", "8"} {
		s.raise("Organization", version)
	}
	if got := s.fences["Organization"]; got != "10" {
		t.Errorf("got %s", got)
	}
}
