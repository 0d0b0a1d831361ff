// SPDX-License-Identifier: Apache-2.0

// Package pages follows the documentation, command by command, and compares the results with the pages.
package pages

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/polyorg/polyorg/internal/controlplane"
	"github.com/polyorg/polyorg/test/lab"
)

var (
	l      *lab.Lab
	plugin string // the path of kubectl's plug-in
)

func TestPages(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Pages")
}

// The cluster is as `make run` leaves it when it reports that it is ready.
var _ = BeforeSuite(func(ctx context.Context) {
	l = lab.Start(ctx, lab.Options{Bare: true, Configure: lab.WithMail(lab.MailServer())})
	plugin = lab.Plugin(ctx)
	Expect(l.Operator.ApplySamples(ctx, filepath.Join(l.Root, "config", "samples"))).To(Succeed())
}, NodeTimeout(8*time.Minute))

// pages are those with commands. They share one cluster, so each puts back at its end what it has changed.
var pages = []string{
	"tutorial.md",
	"tasks/default-organization.md",
	"tasks/give-access.md",
	"tasks/your-own-organizations.md",
	"tasks/sign-in-names.md",
	"tasks/trial-and-subscription.md",
	"tasks/suspend.md",
	"tasks/transfer-super-admin.md",
	"tasks/change-edition-and-licences.md",
	"tasks/sample-data.md",
	"tasks/access-urls.md",
	"tasks/end-of-life.md",
	"tasks/gitops.md",
}

var _ = Describe("The page", Ordered, ContinueOnFailure, func() {
	for _, page := range pages {
		It(page+" does what it says", func(ctx context.Context) { walk(ctx, page) }, NodeTimeout(patience))
	}

	for _, page := range again {
		It(page+" does the same a second time", func(ctx context.Context) { walk(ctx, page) }, NodeTimeout(patience))
	}
})

func TestEveryPageWithCommandsIsWalked(t *testing.T) {
	root, err := controlplane.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	found := withCommands(t, filepath.Join(root, "docs"))
	if diff := cmp.Diff(found, pages, cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("pages with commands (-), and pages that are walked (+):\n%s", diff)
	}
}

// withCommands returns the pages of a folder, and of the folders in it, that have commands.
func withCommands(t *testing.T, dir string) (found []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".md" {
			return err
		}
		page, err := os.ReadFile(filepath.Join(dir, path))
		if len(stepsOf(string(page))) > 0 {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
