// resolver says what the collector makes of its configuration: each line of standard input is a question, and each line of
// standard output the answer to it.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
)

// question holds files by their names, which --config names in this order, and the variables of the container.
type question struct {
	Files  []string          `json:"files"`
	Env    map[string]string `json:"env"`
	Folder string            `json:"folder"`
}

// answer holds the configuration as it is resolved and merged, or why it cannot be.
type answer struct {
	Config  map[string]any `json:"config,omitempty"`
	Refusal string         `json:"refusal,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := out.Encode(answerTo(asked)); err != nil {
			panic(err)
		}
	}
}

func answerTo(asked question) answer {
	os.Clearenv()
	for name, value := range asked.Env {
		_ = os.Setenv(name, value)
	}
	uris := make([]string, 0, len(asked.Files))
	for i, text := range asked.Files {
		path := filepath.Join(asked.Folder, string(rune('a'+i)))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			panic(err)
		}
		uris = append(uris, "file:"+path)
	}
	resolver, err := confmap.NewResolver(confmap.ResolverSettings{
		URIs: uris,
		ProviderFactories: []confmap.ProviderFactory{
			fileprovider.NewFactory(), envprovider.NewFactory(), yamlprovider.NewFactory(),
		},
		DefaultScheme: "env",
	})
	if err != nil {
		return answer{Refusal: err.Error()}
	}
	conf, err := resolver.Resolve(context.Background())
	if err != nil {
		return answer{Refusal: err.Error()}
	}
	return answer{Config: conf.ToStringMap()}
}
