// SPDX-License-Identifier: Apache-2.0

//go:build long

package browser

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/internal/mail/mailtest"
	"github.com/polyorg/polyorg/test/browser/chromium"
	"github.com/polyorg/polyorg/test/lab"
)

var (
	l      *lab.Lab
	post   *mailtest.Server
	chrome *chromium.Browser
	axe    *chromium.Axe
	shown  *gallery
)

func TestBrowser(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Browser")
}

var _ = BeforeSuite(func(ctx context.Context) {
	EnforceDefaultTimeoutsWhenUsingContexts()
	var err error
	axe, err = chromium.LoadAxe(filepath.Join("node_modules", "axe-core", "axe.min.js"))
	Expect(err).NotTo(HaveOccurred())
	chrome, err = chromium.Start(GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(chrome.Close)
	post = lab.MailServer()
	l = lab.Start(ctx, lab.Options{Configure: lab.WithMail(post)})
	shown = startGallery(ctx)
}, NodeTimeout(5*time.Minute))

// open opens a tab until the end of the spec.
func open(p chromium.Person) *chromium.Tab {
	GinkgoHelper()
	t, err := chrome.Open(p)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(t.Close)
	return t
}

// value is that of a JavaScript expression in a page.
func value[T any](t *chromium.Tab, expression string) T {
	GinkgoHelper()
	v, err := chromium.Evaluate[T](t, expression)
	Expect(err).NotTo(HaveOccurred())
	return v
}

// visit opens an address, and expects an HTTP status.
func visit(t *chromium.Tab, url string, status int) {
	GinkgoHelper()
	got, err := t.Visit(url)
	Expect(err).NotTo(HaveOccurred())
	Expect(got).To(BeEquivalentTo(status))
}

// heading is the HTML of what a page says first.
func heading(t *chromium.Tab) string {
	GinkgoHelper()
	return html(t, "h1")
}

// html is that of an element.
func html(t *chromium.Tab, selector string) string {
	GinkgoHelper()
	text, err := t.HTML(selector)
	Expect(err).NotTo(HaveOccurred())
	return text
}
