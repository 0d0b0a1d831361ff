// SPDX-License-Identifier: Apache-2.0

package integration

import (
	"context"
	"encoding/pem"
	"net/http/httptest"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// as is a client for somebody who signed in with an e-mail address.
func as(email string) client.Client {
	GinkgoHelper()
	c, err := client.New(control.ConfigFor(email, lab.People, "system:authenticated"), client.Options{Scheme: lab.Scheme})
	Expect(err).NotTo(HaveOccurred())
	return c
}

// organization makes an organization as the platform, with its namespace, and grants it. With 0 licences it is on trial.
func organization(ctx context.Context, superAdmin string, licenses int32, change ...func(*v1alpha1.Organization)) *v1alpha1.Organization {
	GinkgoHelper()
	org := lab.NewOrganization(superAdmin, licenses)
	for _, c := range change {
		c(org)
	}
	lab.Create(ctx, platform, org)
	Expect(platform.Create(ctx, lab.NewNamespace(org))).To(Succeed())
	lab.Grant(ctx, platform, org)
	return org
}

// outcome counts the answers to requests made at once.
type outcome struct {
	succeeded int
	refused   []error
}

// atOnce makes n requests at the same time, each until its answer is final.
func atOnce(ctx context.Context, n int, request func(i int) error) outcome {
	var o outcome
	for _, err := range lab.AtOnce(ctx, n, request) {
		if err == nil {
			o.succeeded++
		} else {
			o.refused = append(o.refused, err)
		}
	}
	return o
}

// mustBe expects so many to succeed, and all others to be refused with this text.
func (o outcome) mustBe(succeeded int, text string) {
	GinkgoHelper()
	for _, err := range o.refused {
		Expect(err).To(MatchError(ContainSubstring(text)))
	}
	Expect(o.succeeded).To(Equal(succeeded))
}

func certificate(front *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: front.Certificate().Raw})
}

// refusesNonsense reports whether a rule is enforced already.
func refusesNonsense(ctx context.Context) bool {
	org := lab.NewOrganization("someone@zylker.com", 0)
	org.Spec.TimeZone = "Mars/Olympus"
	err := platform.Create(ctx, org, client.DryRunAll)
	return err != nil && strings.Contains(err.Error(), "IANA")
}
