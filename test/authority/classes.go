// SPDX-License-Identifier: Apache-2.0

package authority

import (
	"github.com/polyorg/polyorg/internal/identity"
)

// Class is a class of actors. One actor stands for all of it.
type Class struct {
	// Short heads the column, Long describes the class.
	Short, Long string
	// Username and Groups are the actor's for the API server, without system:authenticated.
	Username string
	Groups   []string
	// Platform says that the actor may `administer` organizations.
	Platform bool
}

// UsersGroup is the group of everybody who signs in as a person. The platform has bound the ClusterRole polyorg-self-service to it.
const UsersGroup = "users"

// GitOps is a service account to which the platform has bound the ClusterRole polyorg-platform-admin.
const GitOps = "system:serviceaccount:gitops:applier"

// Classes are the columns, in their order. All people but the foreign one belong to the organization home, or know it.
var Classes = []Class{
	{"Anonymous", "did not sign in", "system:anonymous", []string{"system:unauthenticated"}, false},
	person("Stranger", "stranger", "signed in, member of no organization"),
	person("Foreign", "foreign", "super admin of another organization"),
	person("Suspended", "suspended", "Standard member who is suspended"),
	person("Standard", "standard", "Standard member"),
	person("Administrator", "administrator", "Administrator"),
	person("Super admin", "owner", "the organization's super admin"),
	{"Platform", "platform actor, to whom `polyorg-platform-admin` is bound", GitOps,
		[]string{"system:serviceaccounts", "system:serviceaccounts:gitops"}, true},
	{"Operator", "the operator's service account", "system:serviceaccount:polyorg-system:polyorg-operator",
		[]string{"system:serviceaccounts", "system:serviceaccounts:polyorg-system"}, true},
	controller("Namespaces", "namespace-controller", "Kubernetes' namespace controller"),
	controller("Garbage", "generic-garbage-collector", "Kubernetes' garbage collector"),
}

func person(short, name, long string) Class {
	return Class{short, long, email(name), []string{UsersGroup}, false}
}

func controller(short, account, long string) Class {
	return Class{short, long, "system:serviceaccount:kube-system:" + account,
		[]string{"system:serviceaccounts", "system:serviceaccounts:kube-system"}, false}
}

// Email is the actor's address. It is empty for an actor without one (U2).
func (c Class) Email() string {
	if identity.IsEmail(c.Username) {
		return c.Username
	}
	return ""
}

func email(name string) string { return name + "@zylker.com" }
