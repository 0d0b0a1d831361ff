// SPDX-License-Identifier: Apache-2.0

package configuration

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The example requires client certificates; the lab's own address, to replicas the API server, has one.
var _ = Describe("A replica that requires client certificates", func() {
	It("refuses who has none, and shows its metrics as before", func(ctx context.Context) {
		stranger := &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // this test's own server
		}}
		for i := range l.Operator.Replicas() {
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.Operator.WebhookURL(i)+"/validate", strings.NewReader("{}"))
			Expect(err).NotTo(HaveOccurred())
			_, err = stranger.Do(request)
			Expect(err).To(MatchError(ContainSubstring("tls: certificate required")))
			Expect(l.Operator.Metrics(ctx, i)).To(HaveKey("polyorg_journal_open"))
		}
	})
})
