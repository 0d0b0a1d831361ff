// SPDX-License-Identifier: Apache-2.0

// Package webhook holds the webhook configurations that a cluster gets, so that the operator can compare.
package webhook

import _ "embed" // of the manifests

// Manifests are those of manifests.yaml, which is generated.
//
//go:embed manifests.yaml
var Manifests []byte
