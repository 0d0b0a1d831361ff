// SPDX-License-Identifier: Apache-2.0

package history

import (
	"fmt"
	"math"
	"math/bits"
	"os"
	"path/filepath"
	"time"

	"github.com/anishathalye/porcupine"
)

// The model of L1 for one user is a set of organizations, of at most so many. A state is the set, one bit an organization.

// room is how many organizations the user can be in.
const room = 3

// verb is the kind of a client's request.
type verb int

const (
	join verb = iota
	leave
	look // which organizations the user is in
)

// request is a client's request for one user.
type request struct {
	verb verb
	user string
	bit  uint // of the organization
}

// response is the answer to it.
type response struct {
	answer answer
	set    uint64 // of look
}

// model computes the states that a response leaves open. An unknown response leaves both.
func model() porcupine.Model {
	nondeterministic := porcupine.NondeterministicModel{
		Partition: byUser,
		Init:      func() []any { return []any{uint64(0)} },
		Step: func(state, input, output any) []any {
			return step(state.(uint64), input.(request), output.(response))
		},
		DescribeOperation: func(input, output any) string {
			in, out := input.(request), output.(response)
			return fmt.Sprintf("%s %d: %s %b", [...]string{"join", "leave", "look"}[in.verb], in.bit, out.answer, out.set)
		},
		DescribeState: func(state any) string { return fmt.Sprintf("%b", state) },
	}
	return nondeterministic.ToModel()
}

func step(set uint64, in request, out response) []any {
	one := uint64(1) << in.bit
	is := set&one != 0
	switch {
	case in.verb == look:
		return only(set, out.set == set)
	case in.verb == leave && out.answer == done:
		return only(set&^one, is)
	case in.verb == leave && out.answer == absent:
		return only(set, !is)
	case in.verb == leave && out.answer == unknown:
		return []any{set, set &^ one}
	case out.answer == done:
		return only(set|one, !is && bits.OnesCount64(set) < room)
	case out.answer == exists:
		return only(set, is)
	case out.answer == full: // a place that the user has already does not count twice
		return only(set, !is && bits.OnesCount64(set) >= room)
	case out.answer == unknown && !is && bits.OnesCount64(set) < room:
		return []any{set, set | one}
	case out.answer == unknown:
		return []any{set}
	}
	return nil
}

// only is a state, if it is possible.
func only(state uint64, possible bool) []any {
	if possible {
		return []any{state}
	}
	return nil
}

// byUser splits a history: users do not depend on each other.
func byUser(all []porcupine.Operation) [][]porcupine.Operation {
	at, parts := map[string]int{}, [][]porcupine.Operation{}
	for _, o := range all {
		user := o.Input.(request).user
		i, ok := at[user]
		if !ok {
			i = len(parts)
			at[user], parts = i, append(parts, nil)
		}
		parts[i] = append(parts[i], o)
	}
	return parts
}

// never is the end of a request whose outcome is unknown: it may still be carried out.
const never = math.MaxInt64

// linearizable checks a history, and draws one that is not linearizable.
func linearizable(all []porcupine.Operation) error {
	result, info := porcupine.CheckOperationsVerbose(model(), all, time.Minute)
	if result == porcupine.Ok {
		return nil
	}
	dir, err := os.MkdirTemp("", "polyorg-history-")
	if err != nil {
		return err
	}
	picture := filepath.Join(dir, "history.html")
	if err := porcupine.VisualizePath(model(), info, picture); err != nil {
		return err
	}
	return fmt.Errorf("%s: no order of these requests explains their answers; see %s", result, picture)
}
