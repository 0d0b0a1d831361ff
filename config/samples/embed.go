// SPDX-License-Identifier: Apache-2.0

// Package samples holds the samples for programs that show them. People apply the files themselves.
package samples

import "embed"

// Refused are the files of samples that are refused, each named for the rule that refuses it.
//
//go:embed refused/*.yaml
var Refused embed.FS
