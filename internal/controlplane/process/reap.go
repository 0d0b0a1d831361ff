// SPDX-License-Identifier: Apache-2.0

package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// Reap kills the processes that an earlier run, itself killed, left in dir, and returns when they are gone.
func Reap(ctx context.Context, dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.pid"))
	if err != nil {
		return err
	}
	var errs []error
	for _, file := range files {
		errs = append(errs, reapOne(ctx, dir, file))
	}
	return errors.Join(errs...)
}

func reapOne(ctx context.Context, dir, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if pid, err := strconv.Atoi(string(bytes.TrimSpace(data))); err == nil && pid > 1 {
		if err := killOurs(ctx, dir, pid); err != nil {
			return fmt.Errorf("process %d of an earlier run: %w", pid, err)
		}
	}
	return os.RemoveAll(file) // which may be gone by now: the starter of the process removes it too
}

func killOurs(ctx context.Context, dir string, pid int) error {
	return wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 10*time.Second, true, func(context.Context) (bool, error) {
		if !IsOurs(dir, pid) {
			return true, nil
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return false, err
		}
		return false, nil
	})
}

// IsOurs says whether pid is alive and was started from dir: its command line names it. (A process that is dead but
// not yet collected by its parent has none.)
func IsOurs(dir string, pid int) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if errors.Is(err, os.ErrNotExist) && !isDir("/proc/self") {
		line, err = exec.Command("ps", "-ww", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	}
	return err == nil && bytes.Contains(line, []byte(dir+string(filepath.Separator)))
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
