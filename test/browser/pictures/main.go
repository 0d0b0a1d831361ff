// SPDX-License-Identifier: Apache-2.0

// Command pictures takes the pictures of the documentation, as people see them: the e-mail of an invitation, and its page. With the URL of an
// organization that `make run INGRESS=traefik` serves, it takes the picture of that instead.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/page"

	"github.com/polyorg/polyorg/test/browser/chromium"
)

// most is how large a picture may be: readers load it with its page.
const most = 60 << 10

// picture is one to take.
type picture struct {
	name, path string
	who        chromium.Person
}

// pictures are all that the documentation shows.
var pictures = []picture{
	{"email-light", "/email", chromium.Person{Width: 640, Height: 400, Scale: 1.25}},
	{"email-dark", "/email", chromium.Person{Width: 640, Height: 400, Scale: 1.25, Dark: true}},
	{"email-phone", "/email", chromium.Person{Width: 360, Height: 400, Scale: 1.25}},
	{"page-ask", "/ask", chromium.Person{Width: 640, Height: 400, Scale: 1.5}},
	{"page-accepted", "/accepted", chromium.Person{Width: 640, Height: 300, Scale: 1.5}},
	{"page-phone", "/ask", chromium.Person{Width: 360, Height: 400, Scale: 1.5, Dark: true}},
}

// entered is an organization with its host. Browsers know that every host under localhost is this machine.
var entered = picture{"entered", "/", chromium.Person{Width: 640, Height: 400, Scale: 1.5}}

func main() {
	if len(os.Args) != 3 && len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: pictures FOLDER webp|png [URL]")
		os.Exit(2)
	}
	take := ours
	if len(os.Args) == 4 {
		take = func(b *chromium.Browser, folder string, format page.CaptureScreenshotFormat) error {
			return entered.take(b, os.Args[3], folder, format)
		}
	}
	if err := run(os.Args[1], page.CaptureScreenshotFormat(os.Args[2]), take); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folder string, format page.CaptureScreenshotFormat, take func(*chromium.Browser, string, page.CaptureScreenshotFormat) error) error {
	browser, err := chromium.Start(os.Stderr)
	if err != nil {
		return err
	}
	defer browser.Close()
	return take(browser, folder, format)
}

// ours takes the pictures of our own e-mail and page.
func ours(browser *chromium.Browser, folder string, format page.CaptureScreenshotFormat) error {
	shown, err := newSample()
	if err != nil {
		return err
	}
	server := httptest.NewServer(shown)
	defer server.Close()
	var all []error
	for _, p := range pictures {
		all = append(all, p.take(browser, server.URL, folder, format))
	}
	return errors.Join(all...)
}

// take takes one picture and stores it. One that is too large is an error.
func (p picture) take(b *chromium.Browser, at, folder string, format page.CaptureScreenshotFormat) error {
	t, err := b.Open(p.who)
	if err != nil {
		return err
	}
	defer t.Close()
	if status, err := t.Visit(at + p.path); err != nil || status != http.StatusOK {
		return fmt.Errorf("%s: status %d, %w", p.name, status, err)
	}
	data, err := t.Picture(format)
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	file := filepath.Join(folder, p.name+"."+string(format))
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d KiB\n", file, len(data)>>10)
	if format == page.CaptureScreenshotFormatWebp && len(data) > most {
		return fmt.Errorf("%s has %d KiB, and may have %d", file, len(data)>>10, most>>10)
	}
	return nil
}
