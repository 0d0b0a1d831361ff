// SPDX-License-Identifier: Apache-2.0

// Package visible makes a text of a tenant safe to show: it keeps what people see, and bounds it. The schema refuses most of what is dropped
// here (A4, O5), but an object may be older than the schema.
package visible

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// maxMarks is the number of combining marks in a row that a letter of a living script may need. More would paint over other lines.
const maxMarks = 4

// Marks of the start and the end of a text that has a direction of its own.
const firstStrongIsolate, popDirectionalIsolate = "\u2068", "\u2069"

// hidden are letters that look like nothing, and yet are no format characters.
var hidden = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x034F, Hi: 0x034F, Stride: 1}, {Lo: 0x115F, Hi: 0x1160, Stride: 1}, {Lo: 0x17B4, Hi: 0x17B5, Stride: 1},
	{Lo: 0x3164, Hi: 0x3164, Stride: 1}, {Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1},
}}

// Line is a text in one line: its words with one space between them. A text of more than limit letters is cut.
func Line(text string, limit int) string {
	return cut(strings.Join(strings.Fields(keep(text, unicode.IsSpace)), " "), limit)
}

// Lines is a text with its line ends, each of them a \n. A text of more than limit letters is cut.
func Lines(text string, limit int) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	kept := keep(text, func(r rune) bool { return r == '\n' || r == '\t' })
	return cut(strings.Trim(kept, "\n\t "), limit)
}

// Isolated is a line that does not change the direction of the text around it.
func Isolated(line string) string {
	if strings.ContainsFunc(line, fromRightToLeft) {
		return firstStrongIsolate + line + popDirectionalIsolate
	}
	return line
}

// keep drops what nobody sees, but for some characters that a caller has a use for.
func keep(text string, also func(rune) bool) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		switch {
		case unseen(r) && !also(r):
			return -1
		case !unicode.In(r, unicode.Mn, unicode.Me):
			marks = 0
			return r
		}
		marks++
		if marks > maxMarks {
			return -1
		}
		return r
	}, text)
}

// unseen holds for bytes that are no UTF-8 too.
func unseen(r rune) bool {
	return r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point, hidden)
}

func cut(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	letters := []rune(text)[:max(limit-1, 0)]
	return strings.TrimRightFunc(string(letters), unicode.IsSpace) + "…"
}

func fromRightToLeft(r rune) bool {
	properties, _ := bidi.LookupRune(r)
	class := properties.Class()
	return class == bidi.R || class == bidi.AL
}
