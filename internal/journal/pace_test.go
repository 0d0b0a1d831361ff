// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	const took = 4 * time.Millisecond
	start := time.Unix(1_800_000_000, 0)
	for sentence, tc := range map[string]struct {
		happens func(p *pace)
		after   time.Duration // since the start
		want    time.Duration
	}{
		"nobody waits at first":                                       {func(*pace) {}, 0, 0},
		"a request that comes alone does not wait after a write":      {func(p *pace) { p.wrote(start, took, 100) }, 0, 0},
		"those of a batch have company for thrice as long as it took": {func(p *pace) { p.wrote(start, took, 100); p.gather(start, took) }, 0, 3 * took},
		"but not for long":                                            {func(p *pace) { p.wrote(start, took, 100); p.gather(start, time.Second) }, 0, longestGather},
		"another replica that writes too goes first":                  {func(p *pace) { p.saw(start); p.wrote(start, took, 100) }, 0, 5 * took},
		"but it is not waited for beyond reason":                      {func(p *pace) { p.saw(start); p.wrote(start, time.Second, 100) }, 0, longestYield},
		"when it has written, it is this one's turn":                  {func(p *pace) { p.saw(start); p.wrote(start, took, 100); p.saw(start) }, 0, 0},
		"so it does when it wrote a turn before this write began":     {func(p *pace) { p.saw(start.Add(1 - 6*took)); p.wrote(start, took, 100) }, 0, 5 * took},
		"one that wrote earlier is not waited for":                    {func(p *pace) { p.saw(start.Add(-6 * took)); p.wrote(start, took, 100) }, 0, 0},
		"a replica that came too late waits for the other's write":    {func(p *pace) { p.lost(start) }, 0, longestNews},
		"and no longer than until it comes":                           {func(p *pace) { p.lost(start); p.saw(start) }, 0, 0},
		"a MiB a second may be written, after a burst": {func(p *pace) {
			for range 8 {
				p.wrote(start, took, ofAll.bytes)
			}
		}, 0, 250 * time.Millisecond},
		"a wait passes": {func(p *pace) { p.lost(start) }, longestNews, 0},
	} {
		p := newPace()
		tc.happens(&p)
		if got := max(p.wait(start.Add(tc.after)), 0); got != tc.want {
			t.Errorf("%s: waits %s, want %s", sentence, got, tc.want)
		}
	}
}

func TestRival(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	p := newPace()
	if p.rival(start) {
		t.Error("nobody was seen to write")
	}
	p.saw(start)
	if !p.rival(start.Add(rivalry-1)) || p.rival(start.Add(rivalry)) {
		t.Error("a rival is one for a second")
	}
}
