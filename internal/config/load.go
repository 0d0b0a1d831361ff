// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"os"

	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// Load reads a file, fills in the defaults, and refuses what is unknown, repeated or invalid, all of it at once and
// by its path in the file.
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

// decode goes by JSON, whose decoder knows the path of a field that it refuses.
func decode(data []byte, c *OperatorConfig) error {
	data, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return err
	}
	unknown, err := kjson.UnmarshalStrict(data, c)
	return errors.Join(append(unknown, err)...)
}
