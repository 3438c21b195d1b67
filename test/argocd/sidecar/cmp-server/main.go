// Argo CD's own plugin server, for the tests. argo-cd cannot be installed by its module path, because its go.mod holds
// replace directives, which count in the main module only; they are repeated in this one.
package main

import (
	"fmt"
	"os"

	"github.com/argoproj/argo-cd/v3/cmd/argocd-cmp-server/commands"
)

func main() {
	if err := commands.NewCommand().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
