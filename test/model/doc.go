// SPDX-License-Identifier: Apache-2.0

// Package model is an exhaustive model of the journal's protocol. It goes through every state that a small scenario can reach, in
// every order of events. It finds the shortest way to a state that must not exist. Each rule of the protocol can be switched off, and
// each has a scenario that breaks without it, and holds with it. So the model shows why every rule is needed.
//
// The model has four parts:
//
//   - An API server has one history for each kind. Versions can be compared within a kind only.
//   - Replicas have seen each kind up to some version. They see one event at a time, each kind by itself.
//   - One journal has entries and fences.
//   - Requests are judged, and admitted or refused. Then they are stored, or lost, or they meet a conflict and are judged again.
//
// The model leaves these things out. Other parts cover them:
//
//   - A judgement and the write of its entry are one step, as compare-and-swap ensures. One scenario takes compare-and-swap away.
//     Group commit is many such steps at once.
//   - There are no clocks. "The request can no longer be stored" stands for the drop time, which ensures that.
//   - A replica that restarts sees everything anew from the beginning, one event at a time. Only the fences keep it from judging before
//     its first full list.
//   - Facts have a key and a holder, and a key has so many holders. The real limits are property tests in internal/rules.
//   - There are no changes that keep the facts of their object, and leave no entry.
//   - The simulation in internal/journal runs the code. It covers outcomes that were only missed from a list (decision 4), errors after
//     a write, and bounds.
//
// Three requests and two replicas do not prove the protocol for more. But every race that we know needs no more.
package model
