// SPDX-License-Identifier: Apache-2.0

// Package chromium drives a headless Chromium as a person uses it, and notes what its pages load and break.
package chromium

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/chromedp/chromedp"
)

// programs are the names of Chromium on Debian and elsewhere.
var programs = []string{"chromium", "chromium-browser", "google-chrome"}

// Browser is a running Chromium.
type Browser struct {
	ctx context.Context
	end func()
}

// Start runs Chromium until Close. What it says goes to out.
func Start(out io.Writer) (*Browser, error) {
	path, err := find()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.CombinedOutput(out),
		chromedp.NoSandbox,                           // root has none, and it opens only pages of ours
		chromedp.Flag("hide-scrollbars", true),       // they would take a part of the width
		chromedp.Flag("font-render-hinting", "none"), // pictures look alike on every machine
	)
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, endBrowser := chromedp.NewContext(allocator)
	b := &Browser{ctx: ctx, end: func() { endBrowser(); endAllocator() }}
	if err := chromedp.Do(ctx); err != nil { // which starts it
		b.Close()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return b, nil
}

// Close ends Chromium.
func (b *Browser) Close() { b.end() }

func find() (string, error) {
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("Chromium is missing; install it with hack/needs.sh test/browser, as root on Debian") //nolint:staticcheck // a name
}
