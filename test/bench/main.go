// SPDX-License-Identifier: Apache-2.0

// Command bench measures the cost of admission: how many Memberships a second can be created, and how long each takes. It compares no
// webhook, a webhook that does nothing, other ways to keep a limit, and the journal. Each is measured on a fresh control plane of its own,
// on the same machine and in turn.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
)

type options struct {
	quick, profile, scale bool
	access, storm, answer bool
	review, expiry, mail  bool
	serving               bool
	stormMembers          int
	rounds, clients       int
	cell, warmUp          time.Duration
	modes, results        string
	large                 large
	answering             answering
	reviewing             reviewing
	expiring              expiring
	mailing               mailing
	entering              entering
	serve                 serving
}

func main() {
	var o options
	flag.BoolVar(&o.quick, "quick", false, "one short round, for a first impression")
	flag.BoolVar(&o.profile, "profile", false, "show where the API server and a replica spend their time instead")
	flag.BoolVar(&o.scale, "scale", false, "measure a large cluster instead, of 100,000 memberships in 10,000 organizations by default")
	flag.BoolVar(&o.access, "access", false, "measure instead what the bindings of many organizations cost the API server's authorizer")
	flag.BoolVar(&o.storm, "storm", false, "measure instead what one tenant has of another's storms")
	flag.IntVar(&o.stormMembers, "storm-members", 5000, "how many members the organization has whose edition changes")
	flag.BoolVar(&o.answer, "answers", false, "measure instead how fast acceptances are carried out")
	flag.IntVar(&o.answering.members, "answers-members", 50000, "how many members the one organization has to which many answer")
	flag.IntVar(&o.answering.organizations, "answers-organizations", 200, "over how many organizations as many answers are spread")
	flag.IntVar(&o.answering.answers, "answers-each", 2000, "how many answers there are of each kind")
	flag.BoolVar(&o.review, "review", false, "measure instead what a person's review of themselves costs")
	flag.IntVar(&o.reviewing.people, "review-people", 1000, "how many people look at their own")
	flag.IntVar(&o.reviewing.each, "review-organizations", 3, "how many organizations each of them has")
	flag.BoolVar(&o.expiry, "expiry", false, "measure instead how invitations expire that end in the same minute")
	flag.BoolVar(&o.mail, "mail", false, "measure instead how fast the e-mails of invitations leave")
	o.expiring.flags()
	flag.BoolVar(&o.serving, "serving", false, "measure instead how fast a new organization can be entered through an ingress controller")
	o.mailing.flags()
	o.entering.flags()
	flag.IntVar(&o.rounds, "rounds", 3, "how often all is measured")
	flag.IntVar(&o.clients, "clients", 64, "how many clients create while it is profiled")
	flag.DurationVar(&o.cell, "cell", 2500*time.Millisecond, "how long each figure is measured")
	flag.DurationVar(&o.warmUp, "warm-up", 500*time.Millisecond, "how long the load runs before that")
	flag.StringVar(&o.modes, "modes", "", "measure, or profile, only these, by comma")
	flag.StringVar(&o.results, "results", "", "the file to write results to; none by default")
	o.large.flags()
	flag.StringVar(&managerProgram, "manager", "", "the operator's program; by default bin/manager")
	o.serve.flags()
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := o.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // there is nothing left to cancel
	}
}

func (o options) run(ctx context.Context) error {
	ctrl.SetLogger(klog.Background())
	if o.quick {
		o.rounds, o.cell = 1, 1500*time.Millisecond
	}
	switch {
	case o.serve.role != "":
		return o.serve.run(ctx)
	case o.profile:
		return o.showProfile(ctx)
	case o.scale:
		return o.measureScale(ctx)
	case o.access:
		return o.measureAccess(ctx)
	case o.storm:
		return o.measureStorm(ctx)
	case o.answer:
		return o.measureAnswers(ctx)
	case o.review:
		return o.measureReview(ctx)
	case o.expiry:
		return o.measureExpiry(ctx)
	case o.mail:
		return o.measureMail(ctx)
	case o.serving:
		return o.measureServing(ctx)
	}
	return o.compare(ctx)
}

// chosen are the modes from the flag, or all of them.
func (o options) chosen() ([]mode, error) {
	if o.modes == "" {
		return modes, nil
	}
	var some []mode
	for name := range strings.SplitSeq(o.modes, ",") {
		m, err := modeNamed(name)
		if err != nil {
			return nil, err
		}
		some = append(some, m)
	}
	return some, nil
}

func modeNamed(name string) (mode, error) {
	for _, m := range modes {
		if m.name == name {
			return m, nil
		}
	}
	return mode{}, errors.New("there is no mode " + name)
}

// say reports progress.
func say(format string, a ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", a...)
}
