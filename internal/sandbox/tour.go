// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// printTour shows all objects and the commands to go on with.
func (r *run) printTour(ctx context.Context) error {
	all, err := r.sandbox.kubectl.run(ctx, nil, "get", "polyorg", "-A")
	if err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "\n$ kubectl get polyorg -A\n%s\n", all)
	if err := r.printReplicas(ctx); err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "\nReady in %.1f s. In another terminal, in this folder:\n\n", r.steps.elapsed().Seconds())
	refused, err := ReadSamples(filepath.Join(r.Root, "config", "samples", "refused"))
	if err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "  export KUBECONFIG=%s PATH=%s:%s:$PATH\n", r.Kubeconfig, filepath.Join(r.Root, "bin"), r.assets)
	for _, command := range r.commands(refused) {
		fmt.Fprintf(r.Out, "  %s\n", command)
	}
	fmt.Fprintf(r.Out, "\n%s\n", r.entrance())
	fmt.Fprintf(r.Out, "\nRead the e-mails of the invitations, and answer them: %s\n\n%s\n", r.inbox.URL, r.farewell())
	return nil
}

// visited is an organization of the samples.
const visited = "zylker-products"

// entrance says how a browser enters an organization.
func (r *run) entrance() string {
	switch {
	case r.entry != nil:
		return "Enter an organization with a browser, here or by another access URL above: " + r.entry.url(visited) + "\n" +
			"A page that stands in for the CRM says which organization it was asked for."
	case r.control == nil:
		return "An ingress controller in your cluster serves the access URLs, if it is configured for them."
	}
	return "No ingress controller serves the access URLs. `make run INGRESS=traefik` builds one, in some minutes, so that a browser can enter."
}

// farewell says what Ctrl-C does.
func (r *run) farewell() string {
	if r.control == nil {
		return "Ctrl-C stops the operator and removes its webhooks, so that nothing is blocked; but then nothing is judged either.\n" +
			"The kinds and their objects stay in your cluster until `make uninstall`."
	}
	return "Ctrl-C ends it all and leaves nothing behind."
}

func (r *run) commands(refused []Sample) []string {
	commands := []string{
		"kubectl get organizations -o wide",
		"kubectl get polyorg -n org-zylker-products",
		"kubectl get puser,inv -A   # each sign-in with its organizations; what became of the invitations",
		"kubectl polyorg list --as=john@zylker.com   # what John sees, who has a sign-in and no more",
		"kubectl polyorg limits --as=john@zylker.com   # how many more organizations and invitations he may have",
	}
	if address := r.sandbox.FallbackURL(); address != "" {
		commands = append(commands, "curl -i -H 'Host: nobody.crm.example.com' "+address+"   # a host that leads to no organization")
	}
	if r.control != nil {
		commands = append(commands, "kubectl polyorg list --kubeconfig="+short(r.kubeconfigOf(john))+"   # the same, signed in with his own certificate")
	}
	for _, s := range refused {
		if s.Rule != "O1" { // the seed document's own example
			continue
		}
		s.Path = short(s.Path)
		commands = append(commands, "kubectl "+strings.Join(s.Args(), " ")+"   # will be refused, and says why")
	}
	return append(commands, fmt.Sprintf("kill -9 %d   # a replica: the other goes on, and it comes back", r.sandbox.Process(0).Pid()))
}

// printReplicas shows that every replica is at work.
func (r *run) printReplicas(ctx context.Context) error {
	for i := range r.sandbox.Replicas() {
		served, err := r.sandbox.Admissions(ctx, i)
		if err != nil {
			return err
		}
		leads, err := r.sandbox.Leads(ctx, i)
		if err != nil {
			return err
		}
		role := "stands by to lead"
		if leads {
			role = "leads: it runs the controllers"
		}
		fmt.Fprintf(r.Out, "replica-%d (process %d) answered %d admission requests and %s\n", i, r.sandbox.Process(i).Pid(), served, role)
	}
	return nil
}
