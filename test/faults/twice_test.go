// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admission/v1"

	"github.com/polyorg/polyorg/test/lab"
)

var _ = Describe("A request that is judged twice", func() {
	// twice sends both replicas the very same review at the same time, four times each.
	twice := func(ctx SpecContext, both []*replica, what *admissionv1.AdmissionReview) []*admissionv1.AdmissionResponse {
		GinkgoHelper()
		answers := make([]*admissionv1.AdmissionResponse, 8)
		Expect(lab.Together(len(answers), func(i int) (err error) {
			answers[i], err = ask(ctx, both[i%2], what)
			return err
		})).To(HaveEach(Succeed()))
		return answers
	}

	It("has one answer and one entry, blocks others for no longer than the drop time, and leaks nothing", func(ctx SpecContext) {
		both := serve(ctx, newReplica(control.Config()), newReplica(control.Config()))
		org := create(ctx, lab.NewOrganization(lab.Person("owner"), 2))
		isQuiet(ctx)
		last := review(membership(org, lab.Person("last")))
		Expect(twice(ctx, both, last)).To(HaveEach(HaveField("Allowed", BeTrue())))
		Expect(record(ctx).Entries).To(HaveLen(1))

		// Nobody knows yet whether it is stored. So a request for the same seat is not refused, and succeeds when that is known.
		contended, err := ask(ctx, both[0], review(membership(org, lab.Person("next"))))
		Expect(err).NotTo(HaveOccurred())
		Expect(contended.Allowed || contended.Result.Code == http.StatusTooManyRequests).To(BeTrue(), "%v", contended.Result)
		Expect(insist(ctx, func() error { return platform.Create(ctx, membership(org, lab.Person("next"))) })).To(Succeed())
		isQuiet(ctx)

		refused := twice(ctx, both, review(membership(org, lab.Person("late"))))
		Expect(refused).To(HaveEach(And(HaveField("Allowed", BeFalse()), HaveField("Result.Message", refused[0].Result.Message))))
		Expect(refused[0].Result.Message).To(ContainSubstring("(used 2 of 2) [E5]"))
		Expect(record(ctx).Entries).To(BeEmpty())
	}, NodeTimeout(soon*2))
})
