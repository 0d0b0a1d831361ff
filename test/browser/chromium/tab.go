// SPDX-License-Identifier: Apache-2.0

package chromium

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Person is who uses a tab, and on what device.
type Person struct {
	// WithoutScript: they have switched off JavaScript.
	WithoutScript bool
	// Language that they prefer, such as fr; empty: English.
	Language string
	// Dark: they prefer a dark screen.
	Dark bool
	// Width and Height of the window in CSS pixels; 0: 1000 and 800. Scale is how many pixels of the screen each has; 0: one.
	Width, Height int64
	Scale         float64
}

// patience bounds whatever the browser does.
const patience = 30 * time.Second

// Tab is a page that a person looks at.
type Tab struct {
	ctx context.Context
	end func()

	mutex      sync.Mutex
	requests   []Request
	complaints []string
}

// Request is one that a page made.
type Request struct{ URL, Referer string }

// Open opens an empty tab.
func (b *Browser) Open(p Person) (*Tab, error) {
	ctx, end := chromedp.NewContext(b.ctx)
	t := &Tab{ctx: ctx, end: end}
	if err := t.prepare(p); err != nil {
		end()
		return nil, err
	}
	return t, nil
}

// Close closes the tab.
func (t *Tab) Close() { t.end() }

func (t *Tab) prepare(p Person) error {
	if err := chromedp.Listen(t.ctx, t.note); err != nil {
		return err
	}
	if _, err := chromedp.Call(t.ctx, audits.Enable, struct{}{}); err != nil {
		return err
	}
	if p.Width == 0 {
		p.Width, p.Height = 1000, 800
	}
	if err := chromedp.Do(t.ctx, chromedp.EmulateViewport(p.Width, p.Height, chromedp.EmulateScale(max(1, p.Scale)))); err != nil {
		return err
	}
	if err := t.Dark(p.Dark); err != nil {
		return err
	}
	if p.Language != "" {
		headers := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": p.Language}}
		if _, err := chromedp.Call(t.ctx, network.SetExtraHTTPHeaders, headers); err != nil {
			return err
		}
	}
	_, err := chromedp.Call(t.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: p.WithoutScript})
	return err
}

// Dark changes whether the person prefers a dark screen.
func (t *Tab) Dark(dark bool) error {
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	_, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	return err
}

// note notes what a page loads, and what of it the browser refuses.
func (t *Tab) note(event any) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		referer, _ := e.Request.Headers["Referer"].(string)
		t.requests = append(t.requests, Request{e.Request.URL, referer})
	case *log.EventEntryAdded:
		if e.Entry.Source == log.EntrySourceSecurity {
			t.complaints = append(t.complaints, e.Entry.Text)
		}
	case *audits.EventIssueAdded:
		if details := e.Issue.Details.ContentSecurityPolicyIssueDetails; details != nil {
			t.complaints = append(t.complaints, "content security policy: "+details.ViolatedDirective)
		}
	}
}

// Requests are those that the tab's pages made.
func (t *Tab) Requests() []Request {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return slices.Clone(t.requests)
}

// Complaints are what the browser refused to load or to run for the tab's pages.
func (t *Tab) Complaints() []string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return slices.Clone(t.complaints)
}

// Visit opens an address, and returns the HTTP status of its page.
func (t *Tab) Visit(url string) (int64, error) { return t.await(chromedp.Navigate(url)) }

// Enter presses the key Enter, and returns the HTTP status of the page that this leads to.
func (t *Tab) Enter() (int64, error) { return t.await(chromedp.KeyEvent("\r")) }

func (t *Tab) await(action chromedp.Action[chromedp.Void]) (int64, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, action)
	if err != nil || response == nil {
		return 0, err
	}
	return response.Status, nil
}

// Press presses keys that lead to no other page.
func (t *Tab) Press(keys string) error { return chromedp.Do(t.ctx, chromedp.KeyEvent(keys)) }

// Evaluate is the value of a JavaScript expression in the page. A promise is awaited.
func Evaluate[T any](t *Tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Picture is a picture of the whole page. Format is webp or png.
func (t *Tab) Picture(format page.CaptureScreenshotFormat) ([]byte, error) {
	quality, whole := int64(55), true
	taken, err := chromedp.Call(t.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: format, Quality: &quality, CaptureBeyondViewport: &whole,
	})
	if err != nil {
		return nil, err
	}
	return taken.Data, nil
}
