// SPDX-License-Identifier: Apache-2.0

// Package authority is the rights of all actors, as one table of data: a row an act, a column a class of actor. The tests beside it compare
// each cell with the rules, and with a real cluster with the roles that are shipped. docs/reference/authority.md is generated from it.
package authority
