// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// Load reads a file and fills in the defaults. It refuses unknown, repeated and invalid fields, all of them at once, and names their paths
// in the file.
func Load(path string) (*OperatorConfig, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

func parse(data []byte) (*OperatorConfig, error) {
	c := &OperatorConfig{}
	if err := decode(data, c); err != nil {
		return nil, err
	}
	c.setDefaults()
	if err := c.validate().ToAggregate(); err != nil {
		return nil, err
	}
	return c, nil
}

// decode uses JSON, whose decoder says the path of an unknown field. It does not say the path of a value that it cannot read, such as a
// duration. That path is found by reading one value at a time.
func decode(data []byte, c *OperatorConfig) error {
	data, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return err
	}
	problems, err := kjson.UnmarshalStrict(data, c)
	if err == nil {
		return errors.Join(problems...)
	}
	var all any
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	return errors.Join(append(problems, unreadable(nil, all, read)...)...)
}

// read tries a value as the whole file.
func read(all any) error {
	data, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return kjson.UnmarshalCaseSensitivePreserveInts(data, &OperatorConfig{})
}

// unreadable names the innermost values that cannot be read. Each is tried alone, at its place in the file.
func unreadable(path *field.Path, value any, read func(any) error) []error {
	err := read(value)
	if err == nil {
		return nil
	}
	var inside []error
	switch v := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			alone := func(x any) error { return read(map[string]any{key: x}) }
			inside = append(inside, unreadable(path.Child(key), v[key], alone)...)
		}
	case []any:
		alone := func(x any) error { return read([]any{x}) }
		for i := range v {
			inside = append(inside, unreadable(path.Index(i), v[i], alone)...)
		}
	}
	switch {
	case len(inside) > 0:
		return inside
	case path == nil:
		return []error{err}
	}
	return []error{fmt.Errorf("%s: %w", path, err)}
}
