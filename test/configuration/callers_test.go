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

// The example requires client certificates. Replicas take the lab's own address for the API server, which has one.
var _ = Describe("A replica that requires client certificates", func() {
	It("refuses a caller without one, and shows its metrics as before", func(ctx context.Context) {
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
