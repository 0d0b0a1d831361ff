// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"k8s.io/client-go/kubernetes"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// answering is the number of answers, and of the objects around them.
type answering struct {
	// members is how many members the large organization has.
	members int
	// organizations is how many organizations the second load is spread over.
	organizations int
	// answers is how many answers each load has.
	answers int
}

// check refuses numbers that would measure nothing.
func (a answering) check() error {
	if a.members < 1 || a.organizations < 1 || a.answers < 1 {
		return fmt.Errorf("there must be members, organizations and answers, and not %d, %d and %d", a.members, a.organizations, a.answers)
	}
	return nil
}

// AnswersCost is how fast the operator carries out acceptances.
type AnswersCost struct {
	Machine       Machine       `json:"machine"`
	Members       int           `json:"members"`
	Organizations int           `json:"organizations"`
	Cells         []AnswersCell `json:"cells"`
}

// AnswersCell is one load.
type AnswersCell struct {
	What    string `json:"what"`
	Answers int    `json:"answers"`
	// Failed is how many answers were not accepted.
	Failed int `json:"failed"`
	// Seconds is the time from the first answer until the operator has carried out the last.
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"perSecond"`
	// P50 and P99 are of the time from an answer until the operator has carried it out.
	P50 float64 `json:"p50ms"`
	P99 float64 `json:"p99ms"`
	// Lists is how often the API server was asked for a list of memberships.
	Lists int `json:"lists"`
	// CPU is seconds for a thousand answers, by process.
	CPU map[string]float64 `json:"cpuSecondsPer1000"`
}

// answersLoad says which organization each invitee answers.
type answersLoad struct {
	what, person string
	place        func(orgs []string, i int) string
}

// answersLoads have invitees of their own, each with one invitation. The first organization is the large one.
var answersLoads = []answersLoad{
	{"to one organization", "guest", func(orgs []string, _ int) string { return orgs[0] }},
	{"spread over many", "visitor", func(orgs []string, i int) string { return orgs[1+i%(len(orgs)-1)] }},
}

func (l answersLoad) invitation(orgs []string, i int) *v1alpha1.Invitation {
	return invitation(l.place(orgs, i), fmt.Sprintf("%s-%d", l.person, i), person(l.person, i))
}

func (o options) measureAnswers(ctx context.Context) error {
	if err := o.answering.check(); err != nil {
		return err
	}
	c, err := startCluster(ctx)
	if err != nil {
		return err
	}
	defer c.stop()
	if err := c.prepareAnswers(ctx, o.answering); err != nil {
		return err
	}
	cost := &AnswersCost{Machine: thisMachine(), Members: o.answering.members, Organizations: o.answering.organizations}
	for _, l := range answersLoads {
		cell, err := c.measureLoad(ctx, l, o.answering.answers)
		if err != nil {
			return fmt.Errorf("%s: %w", l.what, err)
		}
		cost.Cells = append(cost.Cells, cell)
	}
	cost.print()
	return o.save(func(r *Results) { r.Answers = cost })
}

// prepareAnswers writes the organizations, their members and the invitations straight to the API server, and waits until the operator has
// settled all of it.
func (c *cluster) prepareAnswers(ctx context.Context, a answering) error {
	if err := c.letPeopleAsk(ctx); err != nil {
		return err
	}
	say("writing %d members of one organization, %d other organizations and %d invitations", a.members, a.organizations, len(answersLoads)*a.answers)
	if err := c.populate(ctx, 1+a.organizations); err != nil {
		return err
	}
	err := inParallel(a.members, func(i int) error {
		return c.admin.Create(ctx, membership(c.orgs[0], fmt.Sprintf("m-%d", i), person("member", i)))
	})
	if err != nil {
		return err
	}
	for _, l := range answersLoads {
		if err := inParallel(a.answers, func(i int) error { return c.admin.Create(ctx, l.invitation(c.orgs, i)) }); err != nil {
			return err
		}
	}
	kube, err := kubernetes.NewForConfig(c.control.Config())
	if err != nil {
		return err
	}
	s := settler{c, kube}
	_, err = s.settle(ctx, "first start", s.begin)
	return err
}

// measureLoad makes all invitees of a load accept, and waits until the operator has carried it out.
func (c *cluster) measureLoad(ctx context.Context, l answersLoad, answers int) (cell AnswersCell, err error) {
	say("%d answers %s", answers, l.what)
	kube, err := kubernetes.NewForConfig(c.control.Config())
	if err != nil {
		return cell, err
	}
	s := settler{c, kube}
	asked, spent, err := s.look(ctx)
	if err != nil {
		return cell, err
	}
	took, failed, span, err := c.accept(ctx, l, answers)
	if err != nil {
		return cell, err
	}
	askedSince, spentSince, err := s.look(ctx)
	if err != nil {
		return cell, err
	}
	cell = AnswersCell{What: l.what, Answers: answers, Failed: failed, CPU: map[string]float64{}}
	cell.Seconds, cell.PerSecond = span.Seconds(), float64(answers-failed)/span.Seconds()
	cell.P50, cell.P99 = milliseconds(percentile(took, 50)), milliseconds(percentile(took, 99))
	cell.Lists = int(askedSince["LIST memberships 200"] - asked["LIST memberships 200"])
	for name, seconds := range spentSince.cpu {
		cell.CPU[name] = (seconds - spent.cpu[name]) / float64(answers) * 1000
	}
	say("  %.1f a second; p50 %.0f ms, p99 %.0f ms; %d failed", cell.PerSecond, cell.P50, cell.P99, cell.Failed)
	_, err = s.awaitCalm(ctx) // so that the operator is idle when the next load begins
	return cell, err
}

func (a *AnswersCost) print() {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer w.Flush()
	fmt.Fprintln(w, "answers\tof\tfailed\ta second\tp50 ms\tp99 ms\tlists of memberships\tCPU s for 1000\t")
	for _, c := range a.Cells {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.1f\t%.0f\t%.0f\t%d\t%s\t\n", c.What, c.Answers, c.Failed, c.PerSecond, c.P50, c.P99, c.Lists, cpuText(c.CPU))
	}
}

// answersAtMost bounds the wait until all answers of a load are carried out.
const answersAtMost = time.Hour
