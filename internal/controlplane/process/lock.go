// SPDX-License-Identifier: Apache-2.0

package process

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// LockedError says that another process holds a lock, with the words that it wrote about itself.
type LockedError struct{ Path, Holder string }

func (e *LockedError) Error() string { return fmt.Sprintf("%s is held by %s", e.Path, e.Holder) }

// Lock takes the lock that path names, or returns a LockedError at once. The kernel frees it when this process dies, however it dies; the
// holder may remove the file. Processes that find the lock taken read the holder's words.
func Lock(path, holder string) (unlock func(), err error) {
	f, err := openLocked(path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Truncate(0), write(f, holder)); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}

// openLocked tries again where the file was removed by its last holder between opening and locking it.
func openLocked(path string) (*os.File, error) {
	for {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if err := lock(f); err != nil {
			f.Close()
			return nil, err
		}
		mine, err1 := f.Stat()
		named, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(mine, named) {
			return f, nil
		}
		f.Close()
	}
}

func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil || !errors.Is(err, syscall.EWOULDBLOCK) {
		return err
	}
	by, _ := os.ReadFile(f.Name())
	return &LockedError{Path: f.Name(), Holder: string(by)}
}

func write(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}
