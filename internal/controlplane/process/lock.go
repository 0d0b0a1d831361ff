// SPDX-License-Identifier: Apache-2.0

package process

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// LockedError says that somebody else holds a lock, and what they wrote about themselves.
type LockedError struct{ Path, Holder string }

func (e *LockedError) Error() string { return fmt.Sprintf("%s is held by %s", e.Path, e.Holder) }

// Lock takes the lock that path names, or returns a LockedError at once. The kernel frees it when this process dies,
// however it dies. The holder's words are for those who find it taken.
func Lock(path, holder string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		by, _ := os.ReadFile(path)
		return nil, &LockedError{Path: path, Holder: string(by)}
	}
	if err := errors.Join(f.Truncate(0), write(f, holder)); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}

func write(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}
