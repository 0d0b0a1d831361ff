// SPDX-License-Identifier: Apache-2.0

//go:build long

package leaks

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

// crowd is how many strangers ask, so that none of them reaches the bound of reviews (R9).
const crowd = 500

// question is one that is refused by the same rule, whether there is something of that name or not.
type question struct {
	rule    string
	object  func(there bool) client.Object
	options []client.CreateOption
}

// times are the times of two kinds of answers, asked for in turn.
type times struct{ there, nowhere []time.Duration }

// measure asks for both answers in turn, and changes their order each time. So other load affects both alike.
func measure(ctx context.Context, strangers []client.Client, q question) (t times) {
	GinkgoHelper()
	n := 0
	ask := func(there bool) time.Duration {
		obj, c := q.object(there), strangers[n/2%len(strangers)] // the same for both
		n++
		from := time.Now()
		err := c.Create(ctx, obj, q.options...)
		took := time.Since(from)
		Expect(err).To(lab.BeRefusedBy(q.rule))
		return took
	}
	for range warmUp {
		ask(true)
		ask(false)
	}
	for n := range pairs {
		if n%2 == 0 {
			t.there = append(t.there, ask(true))
			t.nowhere = append(t.nowhere, ask(false))
		} else {
			t.nowhere = append(t.nowhere, ask(false))
			t.there = append(t.there, ask(true))
		}
	}
	return t
}

// longer is the part of all pairs in which the answer about an existing object takes longer than that about a missing one. It is one half if time tells nothing.
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

// somebody is the tenant about whom strangers ask.
var somebody struct {
	org        *v1alpha1.Organization
	invitation *v1alpha1.Invitation
}

// accepting answers the tenant's invitation, or one that a function spoils.
func accepting(spoil func(*v1alpha1.Invitation)) question {
	return question{rule: "I7", object: func(there bool) client.Object {
		i := somebody.invitation.DeepCopy()
		if !there {
			spoil(i)
		}
		return lab.NewResponse(i, v1alpha1.DecisionAccept)
	}}
}

// nameOf is the tenant's name, or one of the same length that nobody has.
func nameOf(there bool) string {
	if there {
		return somebody.org.Name
	}
	return strings.Repeat("n", len(somebody.org.Name))
}

// wishing asks for something in an organization.
func wishing(rule string, action v1alpha1.RequestAction, patch string) question {
	return question{rule: rule, object: func(there bool) client.Object {
		return &v1alpha1.OrganizationRequest{ObjectMeta: metav1.ObjectMeta{GenerateName: "wish-"},
			Spec: v1alpha1.OrganizationRequestSpec{Action: action, Organization: nameOf(there), Patch: patch}}
	}}
}

// reviewing asks for the whole of an organization.
var reviewing = question{rule: "R4", options: []client.CreateOption{client.DryRunAll}, object: func(there bool) client.Object {
	return &v1alpha1.SelfReview{ObjectMeta: metav1.ObjectMeta{Name: "me"}, Spec: v1alpha1.SelfReviewSpec{Organization: nameOf(there)}}
}}

var _ = Describe("U3: the time that an answer takes tells a stranger nothing", Ordered, func() {
	var strangers []client.Client

	BeforeAll(func(ctx SpecContext) {
		somebody.org = cluster.Organization(ctx, lab.Person("owner"), 50)
		somebody.invitation = lab.NewInvitation(somebody.org, lab.Person("guest"))
		lab.Create(ctx, cluster.Platform, somebody.invitation)
		cluster.EventuallyReady(ctx, somebody.invitation)
		for range crowd {
			strangers = append(strangers, cluster.As(lab.Person("anna"), selfService))
		}
	}, NodeTimeout(2*time.Minute))

	DescribeTable("of", func(ctx SpecContext, q question) {
		t := measure(ctx, strangers, q)
		AddReportEntry("time", t.String())
		fmt.Fprintln(GinkgoWriter, t)
		Expect(t.longer()).To(BeNumerically("~", 0.5, telling), "%s", t)
	},
		Entry("which invitations an organization has", NodeTimeout(5*time.Minute), accepting(func(i *v1alpha1.Invitation) { i.Name = "x-none" })),
		Entry("which organizations there are", NodeTimeout(5*time.Minute), accepting(func(i *v1alpha1.Invitation) { i.Namespace = "org-none" })),
		Entry("which organization can be left", NodeTimeout(5*time.Minute), wishing("R6", v1alpha1.RequestLeave, "")),
		Entry("which can be a default", NodeTimeout(5*time.Minute), wishing("F2", v1alpha1.RequestChooseDefault, "")),
		Entry("which can be changed", NodeTimeout(5*time.Minute), wishing("R4", v1alpha1.RequestChange, `{"displayName": "Mine"}`)),
		Entry("which can be deleted", NodeTimeout(5*time.Minute), wishing("R4", v1alpha1.RequestDelete, "")),
		Entry("which can be reviewed as a whole", NodeTimeout(5*time.Minute), reviewing),
	)
})
