// SPDX-License-Identifier: Apache-2.0

// Package token makes and checks the token in the link of an invitation's e-mail (I7, I11). A token proves that its bearer got one certain
// e-mail. It is a JSON Web Token, signed by a key that only the operator has. Nothing but the message itself ever holds it.
//
// Its Store keeps the keys in a Secret. Store.Digests makes keyed hashes for other purposes, with keys of a Secret of their own.
package token
