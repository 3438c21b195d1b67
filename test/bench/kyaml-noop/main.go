// A KRM function that changes nothing, as the framework's users write one: the yardstick of the benchmark.
package main

import (
	"os"

	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/kio"
)

type noop struct{}

func (noop) Process(*framework.ResourceList) error { return nil }

func main() {
	stream := &kio.ByteReadWriter{Reader: os.Stdin, Writer: os.Stdout}
	if err := framework.Execute(noop{}, stream); err != nil {
		os.Exit(1)
	}
}
