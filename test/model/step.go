// SPDX-License-Identifier: Apache-2.0

package model

import (
	"strconv"
	"strings"
)

// step is one event, by a replica or to a request.
type step struct {
	what    action
	replica int
	request int
	kind    int
	version uint8
}

type action int

const (
	sees action = iota
	restarts
	admits
	findsRight
	writesDown
	answersDryRun
	refuses
	refusesFalsely
	isStored
	writesStatus
	conflicts
	isLost
	removes
	drops
	isRemade
	opens
)

var words = map[action]string{
	sees:           "replica {replica} sees {kind}@{version}",
	restarts:       "replica {replica} restarts, and has seen nothing new",
	admits:         "replica {replica} admits {request} of {object}, judged on @{version}",
	findsRight:     "replica {replica} finds {request} of {object} right",
	writesDown:     "that replica writes {request} into the journal",
	answersDryRun:  "replica {replica} answers yes to the dry run {request}",
	refuses:        "replica {replica} refuses {request}",
	refusesFalsely: "replica {replica} refuses {request}, although nothing stands in its way",
	isStored:       "{request} is stored, as {kind}@{version}",
	writesStatus:   "the operator writes {request}, without admission, as {kind}@{version}",
	conflicts:      "{request} meets a conflict, and will be judged again",
	isLost:         "{request} is lost",
	removes:        "replica {replica} removes the entry of {request}, whose outcome it has seen at {kind}@{version}",
	drops:          "replica {replica} drops the entry of {request}",
	isRemade:       "the journal is deleted and made anew",
	opens:          "replica {replica} opens the journal",
}

// text describes the event.
func (m *machine) text(s step) string {
	c := m.request(s.request)
	return strings.NewReplacer(
		"{replica}", strconv.Itoa(s.replica),
		"{request}", strconv.Quote(c.ID),
		"{object}", c.Kind+" "+c.Name,
		"{kind}", m.kinds[s.kind],
		"{version}", strconv.Itoa(int(s.version)),
	).Replace(words[s.what])
}
