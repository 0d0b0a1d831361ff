// SPDX-License-Identifier: Apache-2.0

// Package helm has the long tests that run the real Helm (build tag long).
package helm
