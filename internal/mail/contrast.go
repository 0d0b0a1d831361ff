// SPDX-License-Identifier: Apache-2.0

package mail

import (
	"math"
	"strconv"
)

// on is black or white, whichever can be read better on a colour. One of them always has a contrast of 4.5 at least.
func on(colour string) string {
	const black, white = "#000000", "#ffffff"
	if contrast(colour, black) > contrast(colour, white) {
		return black
	}
	return white
}

// contrast of two colours is from 1 to 21, as WCAG defines it.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance of a colour #rrggbb is from 0 to 1.
func luminance(colour string) float64 {
	n, err := strconv.ParseUint(colour[1:], 16, 32)
	if err != nil {
		return 0 // no colour comes here that was not checked
	}
	return 0.2126*linear(n>>16&0xff) + 0.7152*linear(n>>8&0xff) + 0.0722*linear(n&0xff)
}

func linear(channel uint64) float64 {
	c := float64(channel) / 255
	if c <= 0.04045 {
		return c / 12.92
	}
	return math.Pow((c+0.055)/1.055, 2.4)
}

// long is a colour with two digits a channel.
func long(colour string) string {
	if len(colour) != len("#rgb") {
		return colour
	}
	r, g, b := colour[1:2], colour[2:3], colour[3:4]
	return "#" + r + r + g + g + b + b
}
