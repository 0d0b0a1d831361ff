// SPDX-License-Identifier: Apache-2.0

// Package serving enters organizations as browsers do: through a real ingress controller, by TLS, in the mode Ingress and in the mode Gateway.
// Both modes pass the same specs. A stand-in for the CRM says for which organization it was asked.
package serving
