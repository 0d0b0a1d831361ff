// SPDX-License-Identifier: Apache-2.0

//go:build long

package browser

import (
	"context"
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/test/browser/chromium"
)

// narrow is the width of the smallest phones, and of a page of 1280 pixels that is magnified four times (WCAG 2.2, 1.4.10).
const narrow = 320

// notOfMail are axe-core's rules about a page as a whole. A mail program shows an e-mail within a page of its own.
var notOfMail = []string{"landmark-one-main", "region"}

// usable expects that axe-core finds nothing on a page, and that nobody has to scroll sideways.
func usable(t *chromium.Tab, without ...string) {
	GinkgoHelper()
	Expect(sideways(t)).To(BeZero())
	found, err := axe.Check(t, without...)
	Expect(err).NotTo(HaveOccurred())
	Expect(found).To(BeEmpty())
}

// sideways is how far a page scrolls to the side.
func sideways(t *chromium.Tab) int {
	GinkgoHelper()
	return value[int](t, `document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth`)
}

// brightness is that of the background of a page, from 0 to 255.
func brightness(t *chromium.Tab) float64 {
	GinkgoHelper()
	colour := value[[]float64](t, `getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).map(Number)`)
	return (colour[0] + colour[1] + colour[2]) / 3
}

// looks runs a check of a page for each screen that a person may have.
func looks(t *chromium.Tab, url string, without ...string) {
	GinkgoHelper()
	for _, dark := range []bool{false, true} {
		Expect(t.Dark(dark)).To(Succeed())
		if dark {
			Expect(brightness(t)).To(BeNumerically("<", 64))
		} else {
			Expect(brightness(t)).To(BeNumerically(">", 192))
		}
		usable(t, without...)
	}
	phone := open(chromium.Person{Width: narrow, Height: 568})
	visit(phone, url, http.StatusOK)
	usable(phone, without...)
}

var _ = Describe("The page", func() {
	for _, file := range golden(pagesIn) {
		It("can be used by everybody, and loads nothing but its style: "+file, func(_ context.Context) {
			url := shown.URL + "/pages/" + file
			t := open(chromium.Person{})
			visit(t, url, http.StatusOK)
			kept(t, shown.URL)
			Expect(value[string](t, `document.documentElement.lang`)).To(Equal(languageOf(file)))
			looks(t, url)
		}, NodeTimeout(time.Minute))
	}

	It("of the operator has that look, too", func(ctx context.Context) {
		g := invited(ctx)
		for _, link := range []string{g.accept, g.decline} {
			t := open(chromium.Person{})
			visit(t, link, http.StatusOK)
			looks(t, link)
		}
	}, NodeTimeout(time.Minute))
})

var _ = Describe("The e-mail", func() {
	for _, file := range golden(mailsIn) {
		It("can be read by everybody: "+file, func(_ context.Context) {
			url := shown.URL + "/mails/" + file
			t := open(chromium.Person{})
			visit(t, url, http.StatusOK)
			Expect(value[string](t, `document.documentElement.lang`)).To(Equal(languageOf(file)))
			looks(t, url, notOfMail...)
		}, NodeTimeout(time.Minute))
	}
})

// languageOf is the language that the name of a golden file says.
func languageOf(file string) string {
	parts := strings.Split(file, ".")
	return parts[len(parts)-2]
}

var _ = Describe("These tests", func() {
	It("find what is wrong with a page", func(_ context.Context) {
		t := open(chromium.Person{Width: narrow, Height: 568})
		visit(t, shown.URL+"/bad", http.StatusOK)
		Expect(t.Complaints()).To(ContainElement(ContainSubstring("style")))
		Expect(t.Complaints()).To(ContainElement(ContainSubstring("img")))
		found, err := axe.Check(t)
		Expect(err).NotTo(HaveOccurred())
		for _, rule := range []string{"html-has-lang", "label", "image-alt", "document-title"} {
			Expect(found).To(ContainElement(HavePrefix(rule + ":")))
		}
	}, NodeTimeout(time.Minute))

	It("see a page that is too wide, and one that says where it is", func(_ context.Context) {
		t := open(chromium.Person{Width: narrow, Height: 568})
		visit(t, shown.URL+"/talkative", http.StatusOK)
		Expect(sideways(t)).To(BeNumerically(">", 0))
		Expect(t.Requests()).To(ContainElement(HaveField("Referer", HavePrefix(shown.URL))))
	}, NodeTimeout(time.Minute))
})
