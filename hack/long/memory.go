// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// family is a process with all its descendants: the resident memory of each, in bytes.
type family map[int]int64

// memory is their memory together. Shared memory counts for each process.
func (f family) memory() (sum int64) {
	for _, bytes := range f {
		sum += bytes
	}
	return sum
}

// descendants are a process, its children, and so on. Without /proc, there are none.
func descendants(root int) family {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is well formed
	children, memory := map[int][]int{}, map[int]int64{}
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		if pid, parent, bytes, ok := parse(string(text)); ok {
			children[parent], memory[pid] = append(children[parent], pid), bytes
		}
	}
	f := family{}
	for next := []int{root}; len(next) > 0; next = next[1:] {
		if bytes, ok := memory[next[0]]; ok {
			f[next[0]] = bytes
		}
		next = append(next, children[next[0]]...)
	}
	return f
}

// parse reads a line of /proc/PID/stat: "PID (NAME) STATE PARENT …". The name may contain anything. The 24th field is the resident memory
// in pages.
func parse(stat string) (pid, parent int, bytes int64, ok bool) {
	before, rest, _ := strings.Cut(stat, " ")
	fields := strings.Fields(rest[strings.LastIndexByte(rest, ')')+1:])
	if len(fields) < 22 {
		return 0, 0, 0, false
	}
	pid, err := strconv.Atoi(before)
	parent, err2 := strconv.Atoi(fields[1])
	pages, err3 := strconv.ParseInt(fields[21], 10, 64)
	return pid, parent, pages * int64(os.Getpagesize()), err == nil && err2 == nil && err3 == nil
}
