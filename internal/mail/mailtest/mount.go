// SPDX-License-Identifier: Apache-2.0

package mailtest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// current is the link that the links of all files lead through.
const current = "..data"

// mount replaces the files of a folder all at once, as a node does those of a mounted Secret: each is a link through another link, and that
// one is made to lead to a new folder.
func mount(dir string, files map[string][]byte) error {
	fresh, err := os.MkdirTemp(dir, "..")
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(fresh, name), data, 0o600); err != nil {
			return err
		}
	}
	old, _ := os.Readlink(filepath.Join(dir, current)) // there is none the first time
	if err := lead(dir, filepath.Base(fresh)); err != nil {
		return err
	}
	for name := range files {
		err := os.Symlink(filepath.Join(current, name), filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if old == "" {
		return nil
	}
	return os.RemoveAll(filepath.Join(dir, old))
}

// lead makes the link lead to a folder beside it. A reader finds the old folder, or the new one.
func lead(dir, folder string) error {
	next := filepath.Join(dir, folder+".link")
	if err := os.Symlink(folder, next); err != nil {
		return err
	}
	return os.Rename(next, filepath.Join(dir, current))
}
