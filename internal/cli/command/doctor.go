// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/doctor"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/cli/show"
)

type examination struct {
	asking
	namespace string
}

func newDoctor(s *session.Session) *cobra.Command {
	e := &examination{asking: asking{Session: s}}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find what is wrong with Polyorg in this cluster",
		Long: `Look at everything that Polyorg needs: webhooks with the replicas behind them, certificates, the
journal, mail and Ingress. It says what is wrong and what to do. A part with a warning works, so
only a fault gives the exit code 7. For the platform team. It changes nothing.`,
		Example:           `  kubectl polyorg doctor`,
		Args:              arguments(0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return e.run(cmd.Context()) },
	}
	cmd.Flags().StringVar(&e.namespace, "operator-namespace", "polyorg-system", "The namespace of the operator.")
	return e.add(cmd)
}

func (e *examination) run(ctx context.Context) error {
	c, err := e.Client()
	if err != nil {
		return err
	}
	if err := c.List(ctx, &v1alpha1.OrganizationList{}, client.Limit(1)); err != nil {
		return err // not the platform team, or no Polyorg at all
	}
	all := (&doctor.Doctor{Client: c, Namespace: e.namespace, Now: time.Now(), Patience: 5 * time.Second}).Examine(ctx)
	if err := e.tell(all); err != nil {
		return err
	}
	faults := 0
	for _, f := range all {
		if f.State == doctor.Fault {
			faults++
		}
	}
	if faults > 0 {
		return &plain.Error{Code: plain.Partly, Message: fmt.Sprintf("faults: %d", faults)}
	}
	return nil
}

func (e *examination) tell(all []doctor.Finding) error {
	if e.ForPeople() {
		return show.Findings(e.Out, all)
	}
	return e.PrintReport(e.Out, "Examination", map[string]any{"findings": all})
}
