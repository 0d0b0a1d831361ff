// SPDX-License-Identifier: Apache-2.0

package chromium

import (
	"context"
	"errors"
	"fmt"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// What is here needs no script in the page: a person may have switched that off.

// HTML is that of the element which a CSS selector finds first.
func (t *Tab) HTML(selector string) (html string, err error) {
	err = insist(func() error {
		id, err := t.find(t.ctx, selector)
		if err != nil {
			return err
		}
		got, err := chromedp.Call(t.ctx, dom.GetOuterHTML, dom.GetOuterHTMLParams{NodeID: id})
		html = got.OuterHTML
		return err
	})
	return html, err
}

// Click clicks the middle of the element that a CSS selector finds first. It returns the HTTP status of the page that this leads to.
func (t *Tab) Click(selector string) (int64, error) {
	var x, y float64
	err := insist(func() (err error) {
		x, y, err = t.middle(t.ctx, selector)
		return err
	})
	if err != nil {
		return 0, err
	}
	return t.await(chromedp.MouseClickXY(x, y))
}

// attempts is how often something is tried while chromedp reads a new page: the IDs of its elements change then.
const attempts = 10

// insist tries again what failed with an error of the browser.
func insist(try func() error) (err error) {
	for range attempts {
		var refused *cdproto.Error
		if err = try(); !errors.As(err, &refused) {
			return err
		}
	}
	return err
}

func (t *Tab) find(ctx context.Context, selector string) (cdp.NodeID, error) {
	document, err := chromedp.Call(ctx, dom.GetDocument, dom.GetDocumentParams{})
	if err != nil {
		return 0, err
	}
	found, err := chromedp.Call(ctx, dom.QuerySelector, dom.QuerySelectorParams{NodeID: document.Root.NodeID, Selector: selector})
	if err == nil && found.NodeID == 0 {
		err = errors.New("there is none on the page")
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", selector, err)
	}
	return found.NodeID, nil
}

// middle scrolls to an element, and returns where its middle is then.
func (t *Tab) middle(ctx context.Context, selector string) (x, y float64, err error) {
	id, err := t.find(ctx, selector)
	if err != nil {
		return 0, 0, err
	}
	if _, err := chromedp.Call(ctx, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{NodeID: id}); err != nil {
		return 0, 0, err
	}
	got, err := chromedp.Call(ctx, dom.GetContentQuads, dom.GetContentQuadsParams{NodeID: id})
	if err != nil {
		return 0, 0, err
	}
	if len(got.Quads) == 0 || len(got.Quads[0]) != 8 {
		return 0, 0, fmt.Errorf("%s: nobody can see it", selector)
	}
	for corner := 0; corner < 8; corner += 2 {
		x += got.Quads[0][corner] / 4
		y += got.Quads[0][corner+1] / 4
	}
	return x, y, nil
}
