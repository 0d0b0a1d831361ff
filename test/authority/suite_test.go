// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"context"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/test/lab"
)

var (
	l *lab.Lab
	// shipped has a client for each class with the roles that are shipped. In open, RBAC opens every door for each.
	shipped, open = map[string]client.Client{}, map[string]client.Client{}
)

func TestOnACluster(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Authority")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	l = lab.Start(context.WithoutCancel(ctx), lab.Options{})
	lab.Bind(ctx, l.Platform, "polyorg-self-service", lab.Group(UsersGroup))
	lab.Bind(ctx, l.Platform, "polyorg-platform-admin", lab.ServiceAccount("gitops", "applier"))
	lab.OpenTheDoor(ctx, l.Platform)
	for _, c := range Classes {
		shipped[c.Short], open[c.Short] = signedIn(c), signedIn(c, lab.People)
	}
	setScene(ctx)
}, NodeTimeout(10*time.Minute))

// signedIn acts as the actor of a class. The anonymous one does not sign in, unless more groups are given to open a door.
func signedIn(c Class, more ...string) client.Client {
	GinkgoHelper()
	groups := slices.Concat(more, c.Groups)
	config := rest.AnonymousClientConfig(l.Control.Config())
	if c.Short != "Anonymous" {
		groups = append(groups, "system:authenticated")
	}
	if c.Short != "Anonymous" || len(more) > 0 {
		config = l.Control.ConfigFor(c.Username, groups...)
	}
	config.QPS = -1
	as, err := client.New(config, client.Options{Scheme: lab.Scheme, Mapper: l.Platform.RESTMapper()})
	Expect(err).NotTo(HaveOccurred())
	return as
}
