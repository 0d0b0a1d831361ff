// SPDX-License-Identifier: Apache-2.0

//go:build long

package serving

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gbytes"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/internal/sandbox"
)

var entrance = regexp.MustCompile(`Enter an organization with a browser.*: (http://zylker-products\.localhost:\d+)`)

var _ = Describe("A newcomer with `make run`", func() {
	It("A5: enters an organization at the printed address, and sees which it is", func(ctx context.Context) {
		root, err := controlplane.ModuleRoot()
		Expect(err).NotTo(HaveOccurred())
		out := gbytes.NewBuffer()
		running, stop := context.WithCancel(context.WithoutCancel(ctx))
		ended := make(chan error, 1)
		go func() {
			ended <- sandbox.Run(running, sandbox.RunOptions{
				Root: root, Dir: GinkgoT().TempDir() + "/run", Ingress: sandbox.IngressTraefik, Out: io.MultiWriter(out, GinkgoWriter),
			})
		}()
		DeferCleanup(func() {
			stop()
			Eventually(ended).Should(Receive(Succeed()))
		})
		Eventually(out).WithTimeout(4 * time.Minute).Should(gbytes.Say(entrance.String()))
		found := entrance.FindSubmatch(out.Contents())
		Expect(found).NotTo(BeNil())
		Eventually(ctx, func() (string, error) { return page(ctx, string(found[1])) }).Should(ContainSubstring("<h1>zylker-products</h1>"))
		Expect(page(ctx, strings.Replace(string(found[1]), "zylker-products", "nobody", 1))).NotTo(ContainSubstring("<h1>"))
	}, NodeTimeout(6*time.Minute))
})

// page is what a browser on this machine gets. Browsers know that every host under localhost is this machine.
func page(ctx context.Context, address string) (string, error) {
	at, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept", "text/html")
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", at.Port()))
	}}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}
