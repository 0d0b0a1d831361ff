// SPDX-License-Identifier: Apache-2.0

// Package v1alpha1 holds the kinds of the API group polyorg.io, version v1alpha1.
//
// Rules that one object alone can answer are written here as CEL and carry the ID of the rulebook's sentence in their
// message. No field has a default: an absent one means what its comment says, and nothing is written into a user's spec.
//
// +kubebuilder:object:generate=true
// +groupName=polyorg.io
package v1alpha1
