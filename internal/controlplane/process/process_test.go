// SPDX-License-Identifier: Apache-2.0

package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	. "github.com/onsi/gomega"
)

// sleeper starts a shell that runs until it is ended, and names dir on its command line. The script may trap signals.
func sleeper(t *testing.T, dir, script string) *Process {
	t.Helper()
	p, err := Start(Command{Path: "/bin/sh", Args: []string{"-c", script + "echo ready; while :; do sleep 60 & wait; done", filepath.Join(dir, "x")}, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill() })
	NewWithT(t).Eventually(func() string { return p.lastWords() }, time.Minute).Should(ContainSubstring("ready"))
	return p
}

func TestStop(t *testing.T) {
	for name, before := range map[string]syscall.Signal{
		"a process that runs":      syscall.SIGCONT,
		"a process that is paused": syscall.SIGSTOP,
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			p := sleeper(t, t.TempDir(), "")
			g.Expect(p.Running()).To(BeTrue())
			g.Expect(p.Err()).NotTo(HaveOccurred())
			g.Expect(p.Signal(before)).To(Succeed())
			g.Expect(p.Stop(time.Minute)).To(Succeed())
			g.Expect(p.Running()).To(BeFalse())
			g.Expect(p.Err()).To(MatchError(ContainSubstring("signal: terminated")))
		})
	}
}

func TestStopKillsWhatDoesNotListen(t *testing.T) {
	g := NewWithT(t)
	p := sleeper(t, t.TempDir(), "trap '' TERM; ")
	g.Expect(p.Stop(time.Millisecond)).To(Succeed())
	g.Expect(p.Err()).To(MatchError(ContainSubstring("signal: killed")))
	g.Expect(p.Stop(0)).To(Succeed(), "a second time")
}

func TestReap(t *testing.T) {
	t.Run("ends what was started from the folder", func(t *testing.T) {
		g, dir := NewWithT(t), t.TempDir()
		p := sleeper(t, dir, "")
		g.Expect(Reap(t.Context(), dir)).To(Succeed())
		g.Eventually(p.Done(), time.Minute).Should(BeClosed())
		g.Expect(filepath.Join(dir, "sh.pid")).NotTo(BeAnExistingFile())
	})
	t.Run("spares others that were given the same pid", func(t *testing.T) {
		g, dir := NewWithT(t), t.TempDir()
		p := sleeper(t, t.TempDir(), "")
		file := filepath.Join(dir, "sh.pid")
		g.Expect(os.WriteFile(file, fmt.Append(nil, p.Pid()), 0o600)).To(Succeed())
		g.Expect(Reap(t.Context(), dir)).To(Succeed())
		g.Expect(p.Running()).To(BeTrue())
		g.Expect(file).NotTo(BeAnExistingFile())
	})
	t.Run("passes over a file without a pid", func(t *testing.T) {
		g, dir := NewWithT(t), t.TempDir()
		g.Expect(os.WriteFile(filepath.Join(dir, "sh.pid"), []byte("half-writ"), 0o600)).To(Succeed())
		g.Expect(Reap(t.Context(), dir)).To(Succeed())
	})
}

func TestWaitAny(t *testing.T) {
	g := NewWithT(t)
	a, b := sleeper(t, t.TempDir(), ""), sleeper(t, t.TempDir(), "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	g.Expect(WaitAny(ctx, a, b)).To(BeNil())
	g.Expect(b.Signal(syscall.SIGKILL)).To(Succeed())
	g.Expect(WaitAny(t.Context(), a, b)).To(BeIdenticalTo(b))
	g.Expect(b.Err()).To(MatchError(ContainSubstring("sh ended: signal: killed\nready")))
}

func TestStartOfNothing(t *testing.T) {
	dir := t.TempDir()
	_, err := Start(Command{Path: filepath.Join(dir, "absent"), Dir: dir})
	NewWithT(t).Expect(err).To(And(MatchError(ContainSubstring("start absent")), MatchError(os.ErrNotExist)))
}

func TestLock(t *testing.T) {
	g := NewWithT(t)
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := Lock(path, "me")
	g.Expect(err).NotTo(HaveOccurred())
	_, err = Lock(path, "you")
	var locked *LockedError
	g.Expect(errors.As(err, &locked)).To(BeTrue())
	g.Expect(locked).To(Equal(&LockedError{Path: path, Holder: "me"}))
	unlock()
	unlock, err = Lock(path, "you")
	g.Expect(err).NotTo(HaveOccurred())
	unlock()
}
