// SPDX-License-Identifier: Apache-2.0

// Package model is an exhaustive model of the journal's protocol. It goes through every state that a small scenario can come
// to, in every order of events, and finds the shortest way to one that must not be. Each rule of the protocol can be switched
// off; each has a scenario that breaks without it, and holds with it. So it shows what every rule is for.
//
// Modelled are an API server with one history per kind, whose versions are compared within a kind only; replicas, each of which
// has seen each kind up to some version, and goes on one event at a time, each kind by itself; one journal of entries and
// fences; and requests that are judged, admitted or refused, and then stored, lost, or met by a conflict and judged again.
//
// What the model leaves out, and who looks after it:
//
//   - A judgement and the write of its entry are one step. That is what compare-and-swap gives; one scenario takes it away.
//     Group commit is many such steps at once.
//   - There are no clocks. "The request can no longer be stored" stands for the drop time that makes sure of it.
//   - A replica that restarts sees everything anew from the beginning, one event at a time; that it judges nothing before its
//     first full list is left to the fences.
//   - Facts have a key and a holder, and a key has so many holders. The real limits are property tests in internal/rules.
//   - Changes that leave the facts of their object as they are, and leave no entry.
//   - Outcomes that were only missed from a list (decision 4), errors after a write, bounds, and the code itself: those are for the
//     simulation in internal/journal, which runs the code.
//
// Three requests and two replicas do not prove the protocol for more. But every race that we know of needs no more.
package model
