// SPDX-License-Identifier: Apache-2.0

package locale

import (
	"strings"
	"testing"
	"time"
)

func TestMatch(t *testing.T) {
	for sentence, tc := range map[string]struct {
		preferences []string
		want        string
	}{
		"nobody prefers anything":                         {nil, "en"},
		"an empty preference":                             {[]string{""}, "en"},
		"the organization's language":                     {[]string{"fr"}, "fr"},
		"a region of it":                                  {[]string{"fr-CA"}, "fr"},
		"whatever the letter case":                        {[]string{"FR-be"}, "fr"},
		"a language that is not shipped":                  {[]string{"ja"}, "en"},
		"the first counts before the browser":             {[]string{"en-GB", "fr"}, "en"},
		"the browser counts where the first fits nothing": {[]string{"ja", "fr-FR,fr;q=0.9,en;q=0.8"}, "fr"},
		"weights of a header count":                       {[]string{"en;q=0.1, fr;q=0.9"}, "fr"},
		"a language that the browser excludes":            {[]string{"fr;q=0, en"}, "en"},
		"any language will do":                            {[]string{"*"}, "en"},
		"what cannot be read counts nothing":              {[]string{"\x00;;q=x", "fr"}, "fr"},
		"nor does what is very long":                      {[]string{"en" + strings.Repeat(",en", 1000), "fr"}, "fr"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := Match(tc.preferences...).Language(); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func FuzzMatch(f *testing.F) {
	for _, seed := range []string{"", "fr", "fr-FR,fr;q=0.9,en;q=0.8", "x-a-b", "*;q=", "en-u-co-phonebk", strings.Repeat("a-", 500)} {
		f.Add(seed, "en")
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		if language := Match(first, second).Language(); language != "en" && language != "fr" {
			t.Errorf("got %q", language)
		}
	})
}

func TestText(t *testing.T) {
	fr := Match("fr")
	lead := map[string]any{"Inviter": "john@zylker.com", "Organization": "Zylker", "Platform": "Polyorg"}
	const want = "john@zylker.com vous invite à rejoindre l’organisation «\u00a0Zylker\u00a0» sur Polyorg."
	if text, err := fr.Text("invitation.lead", lead); text != want || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	delete(lead, "Organization")
	if text, err := fr.Text("invitation.lead", lead); err == nil {
		t.Errorf("want an error without a value for a placeholder, got %q", text)
	}
	if text, err := fr.Text("mail.subject", nil); err == nil {
		t.Errorf("want an error without data, got %q", text)
	}
	if text, err := fr.Text("mail.nothing", nil); err == nil || !strings.Contains(err.Error(), `"mail.nothing"`) {
		t.Errorf("want an error that names the text, got %q, %v", text, err)
	}
	if !fr.Has("limit.L1") || fr.Has("limit.L99") {
		t.Error("Has is wrong")
	}
}

// A text is no template of whoever wrote the data.
func TestTextDoesNotExecuteItsData(t *testing.T) {
	got, err := Match().Text("page.open", map[string]any{"Organization": "{{.Organization}}"})
	if err != nil || got != "Open {{.Organization}}" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestRole(t *testing.T) {
	for sentence, tc := range map[string]struct {
		language, role, userType, want string
	}{
		"R1: an Administrator":                {"en", "Administrator", "Internal", "Administrator (you can invite people and change their roles)"},
		"L5: internal, where nothing is said": {"en", "Standard", "", "Standard user (you can use the organization)"},
		"L5: external":                        {"en", "Standard", "External", "Standard user, as an external user (you can use the organization)"},
		"R1: in French":                       {"fr", "Standard", "", "Utilisateur standard (vous pouvez utiliser l’organisation)"},
		"R1: nobody is invited as one":        {"en", "SuperAdmin", "", ""},
		"a role that there is not":            {"en", "Internal.Administrator", "", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			got, err := Match(tc.language).Role(tc.role, tc.userType)
			if got != tc.want || (err != nil) != (tc.want == "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestTime(t *testing.T) {
	monday := time.Date(2026, time.December, 7, 13, 5, 59, 0, time.UTC)
	for sentence, tc := range map[string]struct {
		at                   time.Time
		language, zone, want string
	}{
		"no zone is UTC":                {monday, "en", "", "Monday, 7 December 2026 at 13:05 (Coordinated Universal Time)"},
		"UTC":                           {monday, "fr", "UTC", "lundi 7 décembre 2026 à 13\u00a0h\u00a005 (temps universel coordonné)"},
		"an unknown zone is UTC":        {monday, "en", "Europe/Zylker", "Monday, 7 December 2026 at 13:05 (Coordinated Universal Time)"},
		"nor is the machine's one used": {monday, "en", "Local", "Monday, 7 December 2026 at 13:05 (Coordinated Universal Time)"},
		"nor a file outside":            {monday, "en", "../etc/passwd", "Monday, 7 December 2026 at 13:05 (Coordinated Universal Time)"},
		"a zone":                        {monday, "en", "Europe/Paris", "Monday, 7 December 2026 at 14:05 (time zone Europe/Paris, UTC+01:00)"},
		"a zone in French":              {monday, "fr", "Europe/Paris", "lundi 7 décembre 2026 à 14\u00a0h\u00a005 (fuseau horaire Europe/Paris, UTC+01:00)"},
		"another day there":             {monday, "en", "Pacific/Kiritimati", "Tuesday, 8 December 2026 at 03:05 (time zone Pacific/Kiritimati, UTC+14:00)"},
		"words instead of underscores":  {monday, "en", "America/New_York", "Monday, 7 December 2026 at 08:05 (time zone America/New York, UTC−05:00)"},
		"half an hour":                  {monday, "en", "Asia/Kolkata", "Monday, 7 December 2026 at 18:35 (time zone Asia/Kolkata, UTC+05:30)"},
		"before summer time ends": {time.Date(2026, time.October, 25, 0, 30, 0, 0, time.UTC), "en", "Europe/Paris",
			"Sunday, 25 October 2026 at 02:30 (time zone Europe/Paris, UTC+02:00)"},
		"and an hour later": {time.Date(2026, time.October, 25, 1, 30, 0, 0, time.UTC), "en", "Europe/Paris",
			"Sunday, 25 October 2026 at 02:30 (time zone Europe/Paris, UTC+01:00)"},
		"the first of a month in French": {time.Date(2027, time.February, 1, 9, 0, 0, 0, time.UTC), "fr", "",
			"lundi 1er février 2027 à 9\u00a0h\u00a000 (temps universel coordonné)"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got, err := Match(tc.language).Time(tc.at, tc.zone); got != tc.want || err != nil {
				t.Errorf("got  %s (%v)\nwant %s", got, err, tc.want)
			}
		})
	}
}

// Each weekday and each month has a text. Their IDs are Go's names, which templates do not show.
func TestEveryDayHasAName(t *testing.T) {
	for _, language := range []string{"en", "fr"} {
		for day := range 400 {
			if _, err := Match(language).Time(time.Date(2026, time.January, day, 0, 0, 0, 0, time.UTC), ""); err != nil {
				t.Fatal(err)
			}
		}
	}
}
