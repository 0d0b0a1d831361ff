// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
	"github.com/polyorg/polyorg/internal/admission"
	"github.com/polyorg/polyorg/internal/facts"
	"github.com/polyorg/polyorg/internal/identity"
	"github.com/polyorg/polyorg/internal/rules"
)

const baseDomain = "crm.example.com"

// outlooks are both outlooks on a world without changes in flight. They must agree.
var outlooks = map[string]func(rules.World) rules.Outlook{"worst": confirmed, "best": rules.Best}

// confirmed is the worst outlook after live reads: everything in the scene still exists.
func confirmed(w rules.World) rules.Outlook {
	return rules.Worst(w).Confirming(func(rules.Lapsing) bool { return true })
}

// question is one cell of the table.
type question struct {
	kind  string
	act   Act
	class Class
	cell  Cell
}

func (q question) String() string { return q.kind + ": " + q.act.Text + ", by " + q.class.Short }

// every returns each cell of the table.
func every() (all []question, err error) {
	for _, part := range Table {
		for _, act := range part.Acts {
			row, err := act.Row()
			if err != nil {
				return nil, err
			}
			for i, cell := range row {
				all = append(all, question{part.Kind, act, Classes[i], cell})
			}
		}
	}
	return all, nil
}

func table(t *testing.T) []question {
	t.Helper()
	all, err := every()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// view is the scene as a replica sees it.
func view(t *testing.T, policy *v1alpha1.PlatformPolicySpec, objects ...client.Object) *facts.View {
	t.Helper()
	v := facts.NewView(baseDomain)
	if policy != nil {
		objects = append(objects, ruled(Class{}))
	}
	for _, o := range objects {
		if err := v.Store(kindOf(o)).Add(o); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func kindOf(o client.Object) string {
	switch o.(type) {
	case *v1alpha1.Organization:
		return "Organization"
	case *v1alpha1.Membership:
		return "Membership"
	case *v1alpha1.Invitation:
		return "Invitation"
	case *v1alpha1.InvitationResponse:
		return "InvitationResponse"
	case *v1alpha1.OrganizationRequest:
		return "OrganizationRequest"
	case *v1alpha1.IntegrationBinding:
		return "IntegrationBinding"
	case *v1alpha1.HostReservation:
		return "HostReservation"
	case *v1alpha1.PlatformPolicy:
		return "PlatformPolicy"
	}
	return ""
}

// judge asks the rules as admission does.
func judge(v *facts.View, q question, r *Request, outlook func(rules.World) rules.Outlook) (vs rules.Violations) {
	actor := rules.Actor{Email: q.class.Email(), Platform: q.class.Platform, Operator: q.class.Short == "Operator", Collector: identity.IsCollector(q.class.Username)}
	act := rules.Act{Actor: actor, Now: Now, BaseDomain: baseDomain}
	self := facts.NewEntry(facts.Entry{Kind: q.kind, UID: r.Subject().GetUID()})
	v.Judge(facts.NewOverlay(nil), self, func(w facts.World) {
		vs = admission.Violations(q.kind, outlook(w), act, r.Before, stamped(w, r.After))
	})
	return vs
}

// stamped is an object as the mutating webhook leaves it: an OrganizationRequest names what it is about.
func stamped(w facts.World, o client.Object) client.Object {
	r, is := o.(*v1alpha1.OrganizationRequest)
	if !is {
		return o
	}
	r = r.DeepCopy()
	r.Spec.SubjectUID = w.Subject(r.Spec.User, r.Spec.Organization, r.Spec.Action == v1alpha1.RequestLeave)
	return r
}

// cited are the rules that refuse, each once.
func cited(vs rules.Violations) string {
	var ids []string
	for _, v := range vs {
		if !slices.Contains(ids, v.Rule) {
			ids = append(ids, v.Rule)
		}
	}
	return strings.Join(ids, " ")
}

func TestRulesHoldTheTable(t *testing.T) {
	closed, open := view(t, nil, Scene()...), view(t, Open, Scene()...)
	for _, q := range table(t) {
		t.Run(q.String(), func(t *testing.T) {
			request := q.act.By(q.class)
			if (request != nil) != q.cell.Applies {
				t.Fatalf("a request: %v, want one: %v", request, q.cell.Applies)
			}
			if request == nil || !request.Judged() {
				return
			}
			there := closed
			if q.act.Policy != nil {
				there = open
			}
			for name, outlook := range outlooks {
				vs := judge(there, q, request, outlook)
				if got := cited(vs); got != q.cell.Rule {
					t.Errorf("the %s outlook refuses by %q, want %q: %s", name, got, q.cell.Rule, vs)
				}
				readable(t, q.class, request, vs)
			}
		})
	}
}

var (
	form = regexp.MustCompile(`; [^;]+ \[[A-Z][0-9]{1,2}\]$`)
	name = regexp.MustCompile(`\b(` + strings.Join([]string{home, guarded, lapsed, stopped, ending, elsewhere, later}, "|") + `)\b`)
	mail = regexp.MustCompile(`[a-z]+@zylker\.com`)
)

// readable checks that a refusal has what a person needs: the rule, and what to do next. It has nothing that the actor did not have
// to know to ask (U3).
func readable(t *testing.T, class Class, r *Request, vs rules.Violations) {
	t.Helper()
	asked, err := json.Marshal([]client.Object{r.Before, r.After})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vs {
		said := v.String()
		if !form.MatchString(said) {
			t.Errorf("says no rule at its end, or not what to do next: %q", said)
		}
		for _, known := range append(name.FindAllString(said, -1), mail.FindAllString(said, -1)...) {
			if !class.Platform && known != class.Email() && !strings.Contains(string(asked), known) {
				t.Errorf("U3: %q tells of %s, which the actor did not name", said, known)
			}
		}
	}
}

// U3: an actor who is a stranger to an organization gets the same answer whether or not it exists. Only creations can ask: for a change or
// a deletion, the API server itself first answers whether the object exists.
func TestNobodyLearnsWhetherThereIsAnOrganization(t *testing.T) {
	with := view(t, nil, Scene()...)
	without := view(t, nil, slices.DeleteFunc(Scene(), func(o client.Object) bool {
		return o.GetName() == home || o.GetNamespace() == v1alpha1.NamespacePrefix+home
	})...)
	asked := 0
	for _, q := range table(t) {
		request := q.act.By(q.class)
		if q.cell.Rule == "" || request.Verb != Create || q.act.Policy != nil || q.class.Platform || isMember(home, q.class) {
			continue
		}
		asked++
		for name, outlook := range outlooks {
			there, gone := judge(with, q, request, outlook), judge(without, q, request, outlook)
			if there.String() != gone.String() {
				t.Errorf("%s, the %s outlook: %q, but %q without the organization", q, name, there, gone)
			}
		}
	}
	if asked < 50 {
		t.Errorf("only %d requests were compared", asked)
	}
}

func isMember(organization string, c Class) bool {
	return slices.ContainsFunc(members, func(m member) bool { return m.organization == organization && m.user == c.Email() })
}
