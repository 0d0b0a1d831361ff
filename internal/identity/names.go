// SPDX-License-Identifier: Apache-2.0

package identity

import "github.com/polyorg/polyorg/internal/rules"

// ObjectName is the name of the object that stands for a person, as the rules require it for a User (U1).
func ObjectName(email string) string { return rules.ObjectName(email) }
