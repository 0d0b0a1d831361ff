// SPDX-License-Identifier: Apache-2.0

package locale

import (
	"strings"
	"time"
	_ "time/tzdata" // the zones that users may name must not depend on the machine
)

// Time is a moment in words: weekday, date, time and zone. The zone is an IANA name; an unknown one is UTC.
func (l *Locale) Time(t time.Time, zone string) (string, error) {
	t = t.In(location(zone))
	weekday, err := l.Text("weekday."+t.Weekday().String(), nil)
	if err != nil {
		return "", err
	}
	month, err := l.Text("month."+t.Month().String(), nil)
	if err != nil {
		return "", err
	}
	name, err := l.zone(t)
	if err != nil {
		return "", err
	}
	return l.Text("time.full", map[string]any{
		"Weekday": weekday, "Day": t.Day(), "Month": month, "Year": t.Year(), "Hour": t.Hour(), "Minute": t.Minute(), "Zone": name,
	})
}

// zone is the zone of a time in words. The offset tells the two hours apart that have the same name when summer time ends.
func (l *Locale) zone(t time.Time) (string, error) {
	name := t.Location().String()
	if name == time.UTC.String() {
		return l.Text("time.utc", nil)
	}
	offset := strings.Replace(t.Format("-07:00"), "-", "−", 1) // after a hyphen, a line may end
	return l.Text("time.zone", map[string]any{"Name": strings.ReplaceAll(name, "_", " "), "Offset": offset})
}

// location never is the zone of the machine, which the name Local stands for.
func location(zone string) *time.Location {
	if loc, err := time.LoadLocation(zone); err == nil && zone != "Local" {
		return loc
	}
	return time.UTC
}
