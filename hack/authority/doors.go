// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/util/yaml"

	v1alpha1 "github.com/polyorg/polyorg/api/v1alpha1"
)

// door is the rights of a ClusterRole on our kinds, by the names of their resources.
type door struct {
	role  string
	kinds map[string]string
}

// readDoors finds the ClusterRoles in a folder, by name, except those for one kind each.
func readDoors(folder string) ([]door, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var doors []door
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		found, err := doorsIn(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		doors = append(doors, found...)
	}
	slices.SortFunc(doors, func(a, b door) int { return strings.Compare(a.role, b.role) })
	return doors, nil
}

func doorsIn(data []byte) (doors []door, err error) {
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for {
		var role rbacv1.ClusterRole
		switch err := decoder.Decode(&role); {
		case errors.Is(err, io.EOF):
			return doors, nil
		case err != nil:
			return nil, err
		}
		ofOneKind := strings.HasSuffix(role.Name, "-viewer") || strings.HasSuffix(role.Name, "-editor")
		if role.Kind == "ClusterRole" && !ofOneKind {
			doors = append(doors, door{role.Name, opened(role.Rules)})
		}
	}
}

// opened puts rules into words, by resource.
func opened(rules []rbacv1.PolicyRule) map[string]string {
	verbs := map[string][]string{}
	for _, r := range rules {
		if !slices.Contains(r.APIGroups, v1alpha1.GroupName) {
			continue
		}
		for _, resource := range r.Resources {
			kind, sub, _ := strings.Cut(resource, "/")
			switch sub {
			case "":
				verbs[kind] = append(verbs[kind], r.Verbs...)
			case "status":
				verbs[kind] = append(verbs[kind], "status")
			}
		}
	}
	words := map[string]string{}
	for kind, of := range verbs {
		words[kind] = inWords(of)
	}
	return words
}

// inWords says what verbs allow. A word stands for verbs that are given together.
func inWords(verbs []string) string {
	var words []string
	for _, w := range []struct {
		word  string
		verbs []string
	}{
		{"read", []string{"get", "list", "watch"}}, {"create", []string{"create"}}, {"change", []string{"patch"}},
		{"delete", []string{"delete"}}, {"delete several", []string{"deletecollection"}},
		{"write status", []string{"status"}}, {"administer", []string{"administer"}},
	} {
		if !slices.ContainsFunc(w.verbs, func(v string) bool { return !slices.Contains(verbs, v) }) {
			words = append(words, w.word)
		}
	}
	return strings.Join(words, ", ")
}
