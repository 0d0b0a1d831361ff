// SPDX-License-Identifier: Apache-2.0

package rules

// Contested finds the things of a fact that strangers may want too: a name, or an account of an application. A thing of one person or one
// organization alone is not contested.
func Contested(fact Fact) []Key {
	switch f := fact.(type) {
	case Claim:
		return f.Keys()
	case Binding:
		return []Key{AccountKey(f.Application, f.Component, f.Account)}
	}
	return nil
}
