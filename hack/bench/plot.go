// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"image/color"
	"os"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

const (
	width, height = 26 * vg.Centimeter, 10 * vg.Centimeter
	barWidth      = 0.42 * vg.Centimeter
)

// colors can be told apart without seeing hue; the journal's stand out.
var colors = map[string]color.Color{
	"empty":    color.RGBA{R: 0xbd, G: 0xbd, B: 0xbd, A: 0xff},
	"quota":    color.RGBA{R: 0x96, G: 0x96, B: 0x96, A: 0xff},
	"counter":  color.RGBA{R: 0x63, G: 0x63, B: 0x63, A: 0xff},
	"journal":  color.RGBA{R: 0x08, G: 0x51, B: 0x9c, A: 0xff},
	"operator": color.RGBA{R: 0x9e, G: 0xca, B: 0xe1, A: 0xff},
}

// draw puts one panel for each load side by side. A panel shows the part of the creations without webhook that each mode reaches. Fonts are
// not embedded, because they would make the file a hundred times larger; there is room for the reader's own.
func draw(all []summary, path string) error {
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans", Size: 10}
	var panels []*plot.Plot
	for _, load := range distinct(all, func(s summary) string { return s.Load }) {
		p, err := panel(load, keep(all, func(s summary) bool { return s.Load == load && colors[s.Mode] != nil }))
		if err != nil {
			return err
		}
		panels = append(panels, p)
	}
	image := vgsvg.New(width, height)
	tiles := vgdraw.Tiles{Rows: 1, Cols: len(panels), PadX: vg.Centimeter, PadTop: vg.Millimeter, PadBottom: vg.Millimeter}
	for i, canvas := range plot.Align([][]*plot.Plot{panels}, tiles, vgdraw.New(image))[0] {
		panels[i].Draw(canvas)
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = image.WriteTo(file)
	return errors.Join(err, file.Close())
}

func panel(load string, of []summary) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = map[string]string{"many": "load on many organizations", "one": "load on one organization"}[load]
	p.Y.Label.Text = "creations, as part of no webhook"
	p.Legend.Top, p.Legend.Left = true, true
	grid := plotter.NewGrid()
	grid.Vertical.Width = 0
	p.Add(grid)
	modes := distinct(of, func(s summary) string { return s.Mode })
	var clients []string
	for i, mode := range modes {
		series := keep(of, func(s summary) bool { return s.Mode == mode })
		var ratios plotter.Values
		clients = nil
		for _, s := range series {
			ratios = append(ratios, s.Ratio)
			clients = append(clients, fmt.Sprintf("clients: %d", s.Clients))
		}
		bars, err := plotter.NewBarChart(ratios, barWidth)
		if err != nil {
			return nil, err
		}
		bars.Color, bars.LineStyle.Width = colors[mode], 0
		bars.Offset = barWidth * vg.Length(float64(i)-float64(len(modes)-1)/2)
		p.Add(bars)
		p.Legend.Add(series[0].Title, bars)
	}
	p.NominalX(clients...)
	p.X.Min, p.X.Max = -0.5, float64(len(clients))-0.5
	p.Y.Min, p.Y.Max = 0, max(p.Y.Max, 1)+0.6 // the legend's room
	return p, nil
}

// distinct lists the values of something, in the order in which they come.
func distinct(all []summary, of func(summary) string) []string {
	var values []string
	for _, s := range all {
		if !slices.Contains(values, of(s)) {
			values = append(values, of(s))
		}
	}
	return values
}

func keep(all []summary, wanted func(summary) bool) []summary {
	return slices.DeleteFunc(slices.Clone(all), func(s summary) bool { return !wanted(s) })
}
