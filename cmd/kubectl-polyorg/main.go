// SPDX-License-Identifier: Apache-2.0

package main

import (
	_ "github.com/schollz/progressbar/v3"
	_ "github.com/spf13/cobra/doc"
	_ "golang.org/x/term"
	_ "k8s.io/cli-runtime/pkg/genericclioptions"
	_ "k8s.io/cli-runtime/pkg/printers"
	_ "sigs.k8s.io/controller-runtime/pkg/client"

	_ "github.com/polyorg/polyorg/internal/facts"
	_ "github.com/polyorg/polyorg/internal/identity"
)

func main() {}
