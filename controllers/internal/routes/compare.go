// SPDX-License-Identifier: Apache-2.0

package routes

import (
	"encoding/json"
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// is reports whether an object is as the operator wants it: all that the operator wrote has the wanted values, and it wrote nothing else. A field
// that somebody else took over or changed is no longer the operator's, so it counts as a difference.
//
// The extraction of client-go needs a schema. The Gateway API's has none of that name, and a Middleware has none at all. Here the managed fields
// alone say what is whose.
func (o object) is(wanted *unstructured.Unstructured) bool {
	entry := applied(o.Object)
	if entry == nil || entry.FieldsV1 == nil {
		return false
	}
	var fields map[string]any
	if err := json.Unmarshal(entry.FieldsV1.GetRawBytes(), &fields); err != nil {
		return false
	}
	ours, ok := extract(o.content, fields)
	return ok && reflect.DeepEqual(ours, unnamed(wanted.Object))
}

// unnamed is an object without what names it. Nobody manages that.
func unnamed(object map[string]any) map[string]any {
	rest := make(map[string]any, len(object))
	for key, value := range object {
		if key != "apiVersion" && key != "kind" && key != "metadata" {
			rest[key] = value
		}
	}
	metadata, _ := object["metadata"].(map[string]any)
	about := make(map[string]any, len(metadata))
	for key, value := range metadata {
		if key != "name" && key != "namespace" {
			about[key] = value
		}
	}
	rest["metadata"] = about
	return rest
}

// extract takes the managed fields out of a value. It reports false for fields that the value does not have, or that it cannot read.
func extract(value any, fields map[string]any) (any, bool) {
	if len(fields) == 0 {
		return value, value != nil
	}
	switch v := value.(type) {
	case map[string]any:
		return extractMap(v, fields)
	case []any:
		return extractList(v, fields)
	}
	return nil, false
}

func extractMap(value, fields map[string]any) (any, bool) {
	part := map[string]any{}
	for path, below := range fields {
		if path == "." {
			continue // the map itself
		}
		name, isField := strings.CutPrefix(path, "f:")
		deeper, isPath := below.(map[string]any)
		extracted, ok := extract(value[name], deeper)
		if !isField || !isPath || !ok {
			return nil, false
		}
		part[name] = extracted
	}
	return part, true
}

// extractList takes items of a list by their keys, as k:{"uid":"…"}. The operator writes no other lists in parts.
func extractList(items []any, fields map[string]any) (any, bool) {
	var part []any
	for _, item := range items {
		for path, below := range fields {
			deeper, isPath := below.(map[string]any)
			if !isPath || path != "." && !strings.HasPrefix(path, "k:") {
				return nil, false
			}
			if !isItem(item, path) {
				continue
			}
			extracted, ok := extract(item, deeper)
			if !ok {
				return nil, false
			}
			part = append(part, extracted)
		}
	}
	return part, len(part) > 0
}

// isItem reports whether an item has the keys of a path.
func isItem(item any, path string) bool {
	text, isKeys := strings.CutPrefix(path, "k:")
	have, isMap := item.(map[string]any)
	var keys map[string]any
	if !isKeys || !isMap || utiljson.Unmarshal([]byte(text), &keys) != nil {
		return false
	}
	for name, value := range keys {
		if !reflect.DeepEqual(have[name], value) {
			return false
		}
	}
	return true
}
