// SPDX-License-Identifier: Apache-2.0

// Package web is what the operator's HTTP servers for people share: the bounds of a connection, the headers of a page, and its look. Admission
// has a server of its own.
package web
