// SPDX-License-Identifier: Apache-2.0

package rules

import (
	"slices"
	"strings"
)

// notCatalogued refuses a binding that has no row in the catalogue, and says which name is meant as far as the catalogue shows it (G3).
func (o Outlook) notCatalogued(application, component string) Violations {
	components := o.components(application)
	switch {
	case len(components) == 0:
		return o.notApplication(application)
	case components[0] == "":
		return invalid("G3", "spec.component", "%s has no components; leave it out", application)
	case component == "":
		return invalid("G3", "spec.component", "it is required for %s; write %s", application, either(components))
	}
	return invalid("G3", "spec.component", "%q is no component of %s; write %s", component, application, either(meant(component, components)))
}

func (o Outlook) notApplication(application string) Violations {
	names := meant(application, o.applications())
	if len(names) == 1 {
		return invalid("G3", "spec.application", "%s is not in the integration catalogue; write %s", application, names[0])
	}
	return invalid("G3", "spec.application", "%s is not in the integration catalogue; ask the platform's administrators to add it to the PlatformPolicy", application)
}

// telling is how many letters of a name show which one is meant.
const telling = 4

// meant are the names that somebody can have meant by another one. It is the one that differs in letter case alone, else those that
// contain it, else all.
func meant(by string, names []string) []string {
	for _, name := range names {
		if strings.EqualFold(name, by) {
			return []string{name}
		}
	}
	contain := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return len(by) < telling || !strings.Contains(strings.ToLower(name), strings.ToLower(by))
	})
	if len(contain) == 0 {
		return names
	}
	return contain
}

// catalogue is every row that people can read: those of the policy, and the built-in ones.
func (o Outlook) catalogue() []Row { return append(certain[Row](o, PolicyKey), Catalogue()...) }

// components are those of an application; one empty component stands for an application without any.
func (o Outlook) components(application string) (components []string) {
	for _, r := range o.catalogue() {
		if r.Application == application && !slices.Contains(components, r.Component) {
			components = append(components, r.Component)
		}
	}
	return components
}

func (o Outlook) applications() (names []string) {
	for _, r := range o.catalogue() {
		if !slices.Contains(names, r.Application) {
			names = append(names, r.Application)
		}
	}
	return names
}

// either joins names as people do: A, B or C.
func either(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
