// SPDX-License-Identifier: Apache-2.0

//go:build long

package leaks

import (
	"context"
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/test/lab"
)

const (
	// pairs is how often each of two answers is asked for. By chance, the part then differs by more than 0.03 in one run of a thousand.
	pairs = 2000
	// warmUp is how many requests come first, to open connections and fill caches.
	warmUp = 100
	// telling is how far from one half the part of pairs may be in which one answer takes longer.
	telling = 0.04
)

// times are the times of two kinds of answers, asked for in turn.
type times struct{ there, nowhere []time.Duration }

// measure asks for both answers in turn, and changes their order each time. So other load affects both alike.
func measure(ctx context.Context, c client.Client, there, nowhere *v1alpha1.Invitation) (t times) {
	GinkgoHelper()
	ask := func(i *v1alpha1.Invitation) time.Duration {
		answer := lab.NewResponse(i, v1alpha1.DecisionAccept)
		from := time.Now()
		err := c.Create(ctx, answer)
		took := time.Since(from)
		Expect(err).To(lab.BeRefusedBy("I7"))
		return took
	}
	for range warmUp {
		ask(there)
		ask(nowhere)
	}
	for n := range pairs {
		if n%2 == 0 {
			t.there = append(t.there, ask(there))
			t.nowhere = append(t.nowhere, ask(nowhere))
		} else {
			t.nowhere = append(t.nowhere, ask(nowhere))
			t.there = append(t.there, ask(there))
		}
	}
	return t
}

// longer is the part of all pairs in which an existing invitation takes longer than a missing one. It is one half if time tells nothing.
// This is the statistic of Mann and Whitney, by its ranks.
func (t times) longer() float64 {
	nowhere := slices.Clone(t.nowhere)
	slices.Sort(nowhere)
	var wins float64
	for _, d := range t.there {
		below, _ := slices.BinarySearch(nowhere, d)
		upTo, _ := slices.BinarySearch(nowhere, d+1)
		wins += float64(below) + float64(upTo-below)/2
	}
	return wins / float64(len(t.there)) / float64(len(nowhere))
}

func median(of []time.Duration) time.Duration {
	sorted := slices.Clone(of)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

func (t times) String() string {
	there, nowhere := median(t.there), median(t.nowhere)
	return fmt.Sprintf("median %s where there is one, %s where there is none, difference %s; longer in %.3f of pairs",
		there.Round(time.Microsecond), nowhere.Round(time.Microsecond), (there - nowhere).Round(time.Microsecond), t.longer())
}

var _ = Describe("U3: the time that an answer takes tells a stranger nothing", Ordered, func() {
	var anna client.Client
	var theirs *v1alpha1.Invitation

	BeforeAll(func(ctx SpecContext) {
		owner := lab.Person("owner")
		inv := lab.NewInvitation(cluster.Organization(ctx, owner, 50), lab.Person("guest"))
		lab.Create(ctx, cluster.Platform, inv)
		cluster.EventuallyReady(ctx, inv)
		theirs, anna = inv, cluster.As(lab.Person("anna"), selfService)
	}, NodeTimeout(2*time.Minute))

	DescribeTable("of", func(ctx SpecContext, spoil func(*v1alpha1.Invitation)) {
		nowhere := theirs.DeepCopy()
		spoil(nowhere)
		t := measure(ctx, anna, theirs, nowhere)
		AddReportEntry("time", t.String())
		fmt.Fprintln(GinkgoWriter, t)
		Expect(t.longer()).To(BeNumerically("~", 0.5, telling), "%s", t)
	},
		Entry("which invitations an organization has", NodeTimeout(5*time.Minute), func(i *v1alpha1.Invitation) { i.Name = "x-none" }),
		Entry("which organizations there are", NodeTimeout(5*time.Minute), func(i *v1alpha1.Invitation) { i.Namespace = "org-none" }),
	)
})
