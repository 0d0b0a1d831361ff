// SPDX-License-Identifier: Apache-2.0

// Package domains finds out whether an organization has proved that a custom domain is its own (A8). The proof is a TXT record, the challenge,
// whose value only that organization has. The package makes the value and looks the record up. The rules say what follows from the result
// (rules.DomainClaim).
package domains
