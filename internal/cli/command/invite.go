// SPDX-License-Identifier: Apache-2.0

package command

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/cli/plain"
	"github.com/polyorg/polyorg/internal/cli/roster"
	"github.com/polyorg/polyorg/internal/cli/session"
	"github.com/polyorg/polyorg/internal/cli/show"
	"github.com/polyorg/polyorg/internal/rules"
)

// atOnce is how many invitations are under way at the same time. The operator takes turns between organizations anyway.
const atOnce = 8

type invite struct {
	acting
	organization, file, report, role, userType, message string

	me string // the address of the person who invites
}

func newInvite(s *session.Session) *cobra.Command {
	i := &invite{acting: newActing(s)}
	cmd := &cobra.Command{
		Use:   "invite [EMAIL...]",
		Short: "Invite people to an organization",
		Long: `Invite some addresses, or all of a file. A file has one address a line, or the columns email, role
and type, separated by commas. The first line can name the columns. Members, and people with a
pending invitation, are skipped. So the same command goes on after an interruption. It waits up to
90 s while interrupted invitations hold seats. It stops when no seat is free.`,
		Example: `  kubectl polyorg invite bob@zylker.com --role Administrator
  kubectl polyorg invite --file people.csv --report result.csv`,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, args []string) error { return i.run(cmd.Context(), args) },
	}
	i.addFlags(cmd)
	return i.addAct(cmd, false)
}

func (i *invite) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&i.file, "file", "f", "", "A file of addresses; - is the standard input.")
	flags.StringVar(&i.report, "report", "", "Write what became of each address to this file, as CSV.")
	flags.StringVar(&i.role, "role", string(v1alpha1.RoleStandard), "Standard or Administrator.")
	flags.StringVar(&i.userType, "type", string(v1alpha1.UserTypeInternal), "Internal or External.")
	flags.StringVar(&i.message, "message", "", "A text for the e-mail.")
	_ = cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions([]string{"Standard", "Administrator"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("type", cobra.FixedCompletions([]string{"Internal", "External"}, cobra.ShellCompDirectiveNoFileComp))
	addOrganization(cmd, i.Session, &i.organization)
}

func (i *invite) run(ctx context.Context, args []string) error {
	how, err := i.how()
	if err != nil {
		return err
	}
	people, err := i.people(args)
	if err != nil {
		return err
	}
	if err := i.canReport(); err != nil {
		return err
	}
	organization, err := i.begin(ctx)
	if err != nil {
		return err
	}
	if len(people) == 1 && i.file == "" && i.report == "" {
		return i.one(ctx, organization, people[0], how)
	}
	return i.many(ctx, organization, people, how)
}

// canReport finds a report that cannot be written before anybody is invited. A report that is there keeps its text until then.
func (i *invite) canReport() error {
	if i.report == "" {
		return nil
	}
	file, err := os.OpenFile(i.report, os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return plain.Misuse("the report cannot be written: %s", plain.Text(err))
	}
	return file.Close()
}

// begin finds out where to invite, and who does.
func (i *invite) begin(ctx context.Context) (organization string, err error) {
	organization, err = i.Organization(ctx, i.organization)
	if err != nil {
		return "", before(ctx, err)
	}
	if r, err := i.Review(ctx, v1alpha1.SelfReviewSpec{}); err == nil { // a platform actor may have no address
		i.me = r.Status.User
	}
	return organization, before(ctx, nil)
}

// before is the error of what goes before the sending. If the person stops that, they hear that nobody was invited.
func before(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return &plain.Error{Code: plain.Later, Message: "interrupted; nobody was invited"}
}

// people are those of the command line and of the file.
func (i *invite) people(args []string) ([]roster.Person, error) {
	all := roster.Person{Role: v1alpha1.Role(i.role), UserType: v1alpha1.UserType(i.userType)}
	var people []roster.Person
	for _, email := range args {
		p := all
		p.Email = email
		if err := p.Check(); err != nil {
			return nil, plain.Misuse("%s", err)
		}
		people = append(people, p)
	}
	if i.file != "" {
		listed, err := i.read(all)
		if err != nil {
			return nil, plain.Misuse("%s: %s", i.file, wrongWith(err))
		}
		people = append(people, listed...)
	}
	if len(people) == 0 {
		return nil, plain.Misuse("say whom to invite: give addresses, or a file with --file")
	}
	return people, nil
}

func (i *invite) read(all roster.Person) ([]roster.Person, error) {
	if i.file == "-" {
		return roster.Read(i.In, all)
	}
	file, err := os.Open(i.file)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return roster.Read(file, all)
}

// one invites one person, whose refusal is the command's own.
func (i *invite) one(ctx context.Context, organization string, p roster.Person, how session.Acting) error {
	inv := i.invitation(organization, p)
	if err := i.Create(ctx, inv, how); err != nil {
		return err
	}
	return i.done(how, inv, "Invited %s to %s as %s.", p.Email, organization, p.Role)
}

func (i *invite) invitation(organization string, p roster.Person) *v1alpha1.Invitation {
	return &v1alpha1.Invitation{
		ObjectMeta: metav1.ObjectMeta{Namespace: session.NamespaceOf(organization), GenerateName: rules.ObjectName(p.Email) + "-"},
		Spec:       v1alpha1.InvitationSpec{Email: p.Email, Role: p.Role, UserType: p.UserType, Message: i.message, InvitedBy: i.me},
	}
}

// many invites all, and reports.
func (i *invite) many(ctx context.Context, organization string, people []roster.Person, how session.Acting) error {
	known, err := i.known(ctx, organization)
	if err := before(ctx, err); err != nil {
		return err
	}
	release := i.HoldWarnings()
	title := "Inviting to " + organization
	bar := progress(i.ErrOut, len(people), title)
	step, stop := explained(bar, i.ErrOut, title)
	sender := &roster.Sender{Known: known, Parallel: atOnce, Step: step,
		Invite: func(under context.Context, p roster.Person) error {
			return i.insist(ctx, under, organization, p, how)
		}}
	report := sender.Send(ctx, people)
	report.Organization = organization
	stop()
	_ = bar.Exit()
	release()
	return i.tell(report, how)
}

// persistent is how long a person among many is tried again while others have their turn. Each try waits as the answer says.
var persistent = wait.Backoff{Steps: 10, Duration: time.Second, Factor: 1.2, Jitter: 0.5}

// insist invites one of many, and tries again while the answer is that others have their turn. After an interrupt it tries no more.
func (i *invite) insist(interrupt, ctx context.Context, organization string, p roster.Person, how session.Acting) error {
	err := error(&plain.Error{Code: plain.Later, Message: roster.Interrupted})
	_ = wait.ExponentialBackoffWithContext(interrupt, persistent, func(context.Context) (answered bool, _ error) {
		err = i.Create(ctx, i.invitation(organization, p), how)
		return !apierrors.IsTooManyRequests(err), nil
	})
	return err
}

// known are the people who need no invitation.
func (i *invite) known(ctx context.Context, organization string) (map[string]roster.Outcome, error) {
	c, err := i.Client()
	if err != nil {
		return nil, err
	}
	known, in := map[string]roster.Outcome{}, client.InNamespace(session.NamespaceOf(organization))
	var sent v1alpha1.InvitationList
	if err := c.List(ctx, &sent, in); err != nil {
		return nil, err
	}
	for n := range sent.Items {
		if isPending(&sent.Items[n]) {
			known[sent.Items[n].Spec.Email] = roster.Pending
		}
	}
	var joined v1alpha1.MembershipList
	if err := c.List(ctx, &joined, in); err != nil {
		return nil, err
	}
	for _, m := range joined.Items {
		known[m.Spec.User] = roster.Member
	}
	return known, nil
}

// tell writes the report. It is an error if somebody was left out.
func (i *invite) tell(report roster.Report, how session.Acting) error {
	if i.report != "" {
		if err := writeFile(i.report, report.WriteCSV); err != nil {
			return err
		}
	}
	if i.ForPeople() {
		show.Roster(i.Out, report, i.report, how.DryRun)
	} else if err := i.PrintReport(i.Out, "InvitationReport", report); err != nil {
		return err
	}
	if !report.Whole() {
		return &plain.Error{Code: plain.Partly}
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
