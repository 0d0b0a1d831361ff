// SPDX-License-Identifier: Apache-2.0

package access

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

// The API server's own fairness may refuse some of the crowd before the operator does, in other words.
var _ = Describe("R9: a thousand reviews at once by one person", func() {
	It("are answered with 429 and what to do, and harm nobody else", func(ctx context.Context) {
		eager, calm := lab.Person("eager"), lab.Person("calm")
		org := l.Organization(ctx, calm, 10)
		as := func(who string) *rest.Config { return l.Control.ConfigFor(who, customers, "system:authenticated") }
		reviews := func(who string) error {
			return lab.Once(ctx, as(who), "selfreviews", &v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: "me"}}, metav1.DryRunAll)
		}
		asks := func(dryRun ...string) error {
			return lab.Once(ctx, as(calm), "organizationrequests", wish(v1alpha1.RequestChooseDefault, org.Name, ""), dryRun...)
		}
		answers, rushed := make([]error, 1000), make(chan struct{})
		go func() {
			defer close(rushed)
			lab.AtMost(50, len(answers), func(i int) { answers[i] = reviews(eager) })
		}()
		var others []error
		for range 5 { // fewer reviews than one replica alone gives
			others = append(others, reviews(calm), asks(metav1.DryRunAll))
		}
		others = append(others, asks())
		Eventually(rushed).WithContext(ctx).Should(BeClosed())
		Expect(others).To(HaveEach(BeNil()))
		Expect(answers).To(HaveEach(Or(BeNil(), Satisfy(apierrors.IsTooManyRequests))))
		Expect(answers).To(ContainElement(MatchError(HaveSuffix("which are 10 a second; wait a second, then ask again [R9]"))))
		Expect(answers).To(ContainElement(BeNil()), "the first are answered")
		Eventually(func() error { return reviews(eager) }).WithContext(ctx).Should(Succeed(), "as is the next, later")
	}, NodeTimeout(2*time.Minute))
})
