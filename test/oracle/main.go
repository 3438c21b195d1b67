// What Go programs around Kubernetes read in a text: the yardstick of the differential test.
//
// A request is one line of JSON on standard input, its answer one line of JSON on standard output, in the same order.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	yamlv2 "go.yaml.in/yaml/v2"
	yamlv3 "go.yaml.in/yaml/v3"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/yaml"
)

type request struct {
	// Form is "manifests", "resource list", or "document" for YAML in a string.
	Form string `json:"form"`
	Text []byte `json:"text"`
}

type answer struct {
	Kubernetes reading `json:"kubernetes"`
	Kyaml      hosts   `json:"kyaml"`
	Places     places  `json:"places"`
}

// reading is what ends up in the API server: YAML as sigs.k8s.io/yaml converts it.
type reading struct {
	// Refusals are the errors of the text or of single documents; the other documents are read all the same.
	Refusals       []string        `json:"refusals"`
	Resources      []resource      `json:"resources"`
	FunctionConfig json.RawMessage `json:"functionConfig,omitempty"`
	// Duplicates is set where a strict reading finds a key twice.
	Duplicates bool `json:"duplicates"`
}

type resource struct {
	Data json.RawMessage `json:"data"`
	// Strict is set for a DaemonSet that decodes into apps/v1 without an unknown field or a wrong type.
	Strict bool `json:"strict"`
}

// hosts is what kpt and kustomize see: identities by kyaml.
type hosts struct {
	Refusal   string     `json:"refusal,omitempty"`
	Resources []identity `json:"resources"`
	// FunctionConfig is what a function on kyaml gets: words such as off are text there.
	FunctionConfig json.RawMessage `json:"functionConfig,omitempty"`
}

type identity struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Namespace  string `json:"namespace"`
}

// places are the byte offsets of the items of a ResourceList and of what comes after the last one.
type places struct {
	Starts []int `json:"starts"`
	End    int   `json:"end"`
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			fail(err)
		}
		if err := encoder.Encode(answerTo(asked)); err != nil {
			fail(err)
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				fail(err)
			}
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func answerTo(asked request) answer {
	switch asked.Form {
	case "manifests":
		return answer{Kubernetes: readManifests(asked.Text), Kyaml: readByHosts(asked.Text)}
	case "resource list":
		return answer{readResourceList(asked.Text), readByHosts(asked.Text), placesIn(asked.Text)}
	default:
		return answer{Kubernetes: readDocument(asked.Text)}
	}
}

// readManifests reads as kubectl (cli-runtime: pkg/resource/visitor.go, StreamVisitor) and Argo CD (gitops-engine:
// pkg/utils/kube/kube.go, SplitYAML) do.
func readManifests(text []byte) (read reading) {
	defer refuseOnPanic(&read.Refusals)
	decoder := kubeyaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for {
		document := runtime.RawExtension{}
		err := decoder.Decode(&document)
		if err == io.EOF {
			break
		}
		if err != nil {
			read.Refusals = append(read.Refusals, err.Error())
			// Only documents of YAML can be read on: a decoder of JSON stays at its error.
			if !errors.As(err, &kubeyaml.YAMLSyntaxError{}) || strings.HasPrefix(err.Error(), "invalid Yaml document separator") {
				break
			}
			continue
		}
		read.Resources = append(read.Resources, takeApart(document.Raw)...)
	}
	documents := kubeyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := documents.Read()
		if err != nil {
			return read
		}
		if isUndefined(document) {
			read.Refusals = append(read.Refusals, undefined)
		}
		read.Duplicates = read.Duplicates || hasDuplicates(document)
	}
}

// readResourceList reads the whole text as one document.
func readResourceList(text []byte) (read reading) {
	defer refuseOnPanic(&read.Refusals)
	converted, err := yaml.YAMLToJSON(text)
	if err != nil {
		return reading{Refusals: []string{err.Error()}}
	}
	root := map[string]json.RawMessage{}
	if err := json.Unmarshal(converted, &root); err != nil {
		return reading{Refusals: []string{"no map: " + err.Error()}}
	}
	if string(root["kind"]) != `"ResourceList"` {
		return reading{Refusals: []string{"no ResourceList: " + string(root["kind"])}}
	}
	var items []json.RawMessage
	if err := json.Unmarshal(root["items"], &items); root["items"] != nil && err != nil {
		return reading{Refusals: []string{"no list: " + err.Error()}}
	}
	for _, item := range items {
		read.Resources = append(read.Resources, takeApart(item)...)
	}
	read.FunctionConfig = root["functionConfig"]
	if isUndefined(text) {
		read.Refusals = append(read.Refusals, undefined)
	}
	read.Duplicates = hasDuplicates(text)
	return read
}

// readDocument reads as Istio reads an annotation (istio: pkg/util/protomarshal/protomarshal.go, ApplyYAML).
func readDocument(text []byte) (read reading) {
	defer refuseOnPanic(&read.Refusals)
	converted, err := yaml.YAMLToJSON(text)
	if err != nil {
		return reading{Refusals: []string{err.Error()}}
	}
	if isUndefined(text) {
		read.Refusals = []string{undefined}
	}
	read.Resources = []resource{{Data: converted}}
	return read
}

const undefined = "which of two keys counts is left to chance"

// isUndefined tells of a map with two keys that become the same text, such as 1 and "1": sigs.k8s.io/yaml then takes
// whichever comes last in Go's random order of a map.
func isUndefined(document []byte) bool {
	var value any
	return yamlv2.Unmarshal(document, &value) == nil && hasSameKeys(value)
}

func hasSameKeys(value any) bool {
	switch typed := value.(type) {
	case map[any]any:
		keys := map[string]bool{}
		for key, inner := range typed {
			keys[fmt.Sprint(key)] = true
			if hasSameKeys(inner) {
				return true
			}
		}
		return len(keys) < len(typed)
	case []any:
		return slices.ContainsFunc(typed, hasSameKeys)
	}
	return false
}

// hasDuplicates goes by go-yaml v3, for which a key that replaces one out of a merge key is no duplicate as it is for v2.
func hasDuplicates(document []byte) bool {
	var value any
	err := yamlv3.Unmarshal(document, &value)
	return err != nil && strings.Contains(err.Error(), "already defined")
}

// takeApart gives the resources of a List of any kind, else the resource itself
// (apimachinery: pkg/apis/meta/v1/unstructured/helpers.go, decodeToList).
func takeApart(data json.RawMessage) []resource {
	data = bytes.TrimSpace(data)
	if len(data) == 0 || string(data) == "null" {
		return nil
	}
	fields := map[string]json.RawMessage{}
	if json.Unmarshal(data, &fields) != nil {
		return []resource{{Data: data}}
	}
	var items []json.RawMessage
	if fields["items"] == nil || json.Unmarshal(fields["items"], &items) != nil {
		return []resource{{Data: data, Strict: isStrictDaemonSet(fields, data)}}
	}
	var resources []resource
	for _, item := range items {
		resources = append(resources, takeApart(inferred(item, fields))...)
	}
	return resources
}

// inferred gives an element of a list the kind and version of the list where it has neither (decodeToList).
func inferred(data json.RawMessage, list map[string]json.RawMessage) json.RawMessage {
	element := map[string]json.RawMessage{}
	kind := wordIn(list, "kind")
	if json.Unmarshal(data, &element) != nil || element == nil || !strings.HasSuffix(kind, "List") {
		return data
	}
	if wordIn(element, "kind") != "" || wordIn(element, "apiVersion") != "" {
		return data
	}
	element["kind"], _ = json.Marshal(strings.TrimSuffix(kind, "List"))
	element["apiVersion"], _ = json.Marshal(wordIn(list, "apiVersion"))
	full, _ := json.Marshal(element)
	return full
}

func wordIn(fields map[string]json.RawMessage, key string) (word string) {
	_ = json.Unmarshal(fields[key], &word)
	return word
}

// isStrictDaemonSet decodes as the API server does where it validates fields strictly.
func isStrictDaemonSet(fields map[string]json.RawMessage, data json.RawMessage) bool {
	if string(fields["kind"]) != `"DaemonSet"` || string(fields["apiVersion"]) != `"apps/v1"` {
		return false
	}
	faults, err := kjson.UnmarshalStrict(data, &appsv1.DaemonSet{})
	return err == nil && len(faults) == 0
}

// readByHosts reads as kustomize does, which replaces aliases at once.
func readByHosts(text []byte) (read hosts) {
	defer func() {
		if fault := recover(); fault != nil {
			read = hosts{Refusal: fmt.Sprint("panic: ", fault)}
		}
	}()
	reader := kio.ByteReader{Reader: bytes.NewReader(text), OmitReaderAnnotations: true}
	nodes, err := reader.Read()
	if err != nil {
		return hosts{Refusal: err.Error()}
	}
	for _, node := range nodes {
		// Without this kyaml would call itself until the stack overflows, which ends a Go program for good.
		if isCyclic(node.YNode(), nil) {
			return hosts{Refusal: "an anchor contains its own alias"}
		}
		if err := node.DeAnchor(); err != nil {
			return hosts{Refusal: err.Error()}
		}
		// What is no map has no identity.
		meta, err := node.GetMeta()
		if err == nil {
			read.Resources = append(read.Resources, identity{meta.APIVersion, meta.Kind, meta.Name, meta.Namespace})
		}
	}
	if reader.FunctionConfig != nil {
		data, err := reader.FunctionConfig.MarshalJSON()
		if err != nil {
			return hosts{Refusal: err.Error()}
		}
		read.FunctionConfig = data
	}
	return read
}

func isCyclic(node *yamlv3.Node, above []*yamlv3.Node) bool {
	if slices.Contains(above, node) {
		return true
	}
	above = append(above, node)
	if node.Alias != nil && isCyclic(node.Alias, above) {
		return true
	}
	return slices.ContainsFunc(node.Content, func(inner *yamlv3.Node) bool { return isCyclic(inner, above) })
}

func placesIn(text []byte) (found places) {
	defer func() { _ = recover() }()
	document := yamlv3.Node{}
	if yamlv3.Unmarshal(text, &document) != nil || len(document.Content) == 0 {
		return places{}
	}
	root := document.Content[0]
	for at := 0; root.Kind == yamlv3.MappingNode && at+1 < len(root.Content); at += 2 {
		if root.Content[at].Value != "items" || root.Content[at+1].Kind != yamlv3.SequenceNode {
			continue
		}
		found = places{End: len(text)}
		for _, item := range root.Content[at+1].Content {
			found.Starts = append(found.Starts, offsetOf(text, item))
		}
		if at+2 < len(root.Content) {
			found.End = offsetOf(text, root.Content[at+2])
		}
	}
	return found
}

// offsetOf goes by the line breaks of go-yaml: line feed, carriage return, both, NEL, LS and PS (yamlprivateh.go, is_break).
func offsetOf(text []byte, node *yamlv3.Node) int {
	at := 0
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		at = len("\ufeff")
	}
	line, column := 1, 1
	for at < len(text) && (line < node.Line || column < node.Column) {
		character, size := utf8.DecodeRune(text[at:])
		isPair := character == '\r' && at+1 < len(text) && text[at+1] == '\n'
		if !isPair && strings.ContainsRune("\n\r\u0085\u2028\u2029", character) {
			line, column = line+1, 1
		} else if !isPair {
			column++
		}
		at += size
	}
	return at
}

func refuseOnPanic(refusals *[]string) {
	if fault := recover(); fault != nil {
		*refusals = append(*refusals, fmt.Sprint("panic: ", fault))
	}
}
