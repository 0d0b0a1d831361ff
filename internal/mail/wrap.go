// SPDX-License-Identifier: Apache-2.0

package mail

import "unicode"

// wrap is a line in lines of at most width letters. It ends each of them at a space, if it can.
func wrap(line string, width int) []string {
	var lines []string
	rest := []rune(line)
	for len(rest) > width {
		at := lastSpace(rest[:width+1])
		lines = append(lines, string(rest[:at]))
		if rest = rest[at:]; unicode.IsSpace(rest[0]) {
			rest = rest[1:]
		}
	}
	return append(lines, string(rest))
}

// lastSpace is where to end a line. Without a space in it, it ends before its last letter.
func lastSpace(letters []rune) int {
	for at := len(letters) - 1; at > 0; at-- {
		if unicode.IsSpace(letters[at]) {
			return at
		}
	}
	return len(letters) - 1
}
