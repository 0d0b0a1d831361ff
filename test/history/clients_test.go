// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/polyorg/polyorg/internal/journal"
	"github.com/polyorg/polyorg/test/lab"
)

var clients sync.Map // by e-mail address

// as acts as a person, or as the platform's administrator without a name. These clients do not try again by themselves, so the test sees
// each attempt.
func as(email string) client.Client {
	GinkgoHelper()
	if c, ok := clients.Load(email); ok {
		return c.(client.Client)
	}
	of, o := control.Config(), client.Options{Scheme: lab.Scheme}
	if email != "" {
		of = control.ConfigFor(email, lab.People, "system:authenticated")
		o.Mapper = platform.RESTMapper()
	}
	of.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if err == nil {
				resp.Header.Del("Retry-After")
			}
			return resp, err
		})
	})
	c, err := client.New(of, o)
	Expect(err).NotTo(HaveOccurred())
	clients.Store(email, c)
	return c
}

// answer is the kind of an answer.
type answer string

const (
	done    answer = "done"
	full    answer = "full"    // a limit is reached
	refused answer = "refused" // refused for another reason
	exists  answer = "exists"  // somebody created it before
	absent  answer = "absent"  // there is none
	retry   answer = "retry"   // nothing was stored; ask again
	unknown answer = "unknown" // it may have been stored, or may yet be
)

// read returns the kind of an answer.
func read(err error) answer {
	switch {
	case err == nil:
		return done
	case apierrors.IsAlreadyExists(err):
		return exists
	case apierrors.IsNotFound(err):
		return absent
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), "LimitExceeded"), isHostTaken(err):
		return full
	case apierrors.IsForbidden(err), apierrors.IsInvalid(err):
		return refused
	case apierrors.IsConflict(err), apierrors.IsTooManyRequests(err),
		apierrors.IsServiceUnavailable(err) && strings.Contains(err.Error(), "try again"),
		apierrors.IsInternalError(err) && strings.Contains(err.Error(), "failed calling webhook"):
		return retry
	}
	return unknown
}

func isHostTaken(err error) bool {
	return apierrors.IsInvalid(err) && strings.Contains(err.Error(), "[A2]")
}

// pause is how long a client waits before it asks again.
const pause = 100 * time.Millisecond

var errNoAnswer = errors.New("no final answer")

// insist asks until the answer is final. If only the answer to a creation was lost, the object exists.
func insist(ctx context.Context, try func(ctx context.Context) error) error {
	var last error
	err := wait.PollUntilContextCancel(ctx, pause, true, func(ctx context.Context) (bool, error) {
		last = try(ctx)
		switch read(last) {
		case retry, unknown:
			return false, nil
		case exists:
			last = nil
		}
		return true, nil
	})
	if err != nil {
		return errors.Join(errNoAnswer, last)
	}
	return last
}

// journalOf is the one place that knows how the journal is stored. It returns its version, and the number of open entries.
func journalOf(ctx context.Context, g Gomega) (version string, entries int) {
	var j corev1.ConfigMap
	g.Expect(platform.Get(ctx, client.ObjectKey{Namespace: "polyorg-system", Name: journal.Name}, &j)).To(Succeed())
	record, err := journal.Parse(&j)
	g.Expect(err).NotTo(HaveOccurred())
	return j.ResourceVersion, len(record.Entries)
}

// emptyJournal expects that every admitted change has ended, and returns the journal's version.
func emptyJournal(ctx context.Context) (version string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		var entries int
		version, entries = journalOf(ctx, g)
		g.Expect(entries).To(BeZero())
	}).Should(Succeed())
	return version
}
