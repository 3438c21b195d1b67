// Prints the fields of all files that make kustomize read other files, one a line as "type path kind", as the types of
// kustomize define them. Types of internal packages are read from their source.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/api/builtins"
	"sigs.k8s.io/kustomize/api/types"
)

// The source folder of the module sigs.k8s.io/kustomize/api is the argument.
func main() {
	print("Kustomization", reflect.TypeOf(types.Kustomization{}))
	print("Replacement", reflect.TypeOf(types.Replacement{}))
	plugins := map[string]any{
		"AnnotationsTransformer":         builtins.AnnotationsTransformerPlugin{},
		"ConfigMapGenerator":             builtins.ConfigMapGeneratorPlugin{},
		"HashTransformer":                builtins.HashTransformerPlugin{},
		"HelmChartInflationGenerator":    builtins.HelmChartInflationGeneratorPlugin{},
		"IAMPolicyGenerator":             builtins.IAMPolicyGeneratorPlugin{},
		"ImageTagTransformer":            builtins.ImageTagTransformerPlugin{},
		"LabelTransformer":               builtins.LabelTransformerPlugin{},
		"NamespaceTransformer":           builtins.NamespaceTransformerPlugin{},
		"PatchJson6902Transformer":       builtins.PatchJson6902TransformerPlugin{},
		"PatchStrategicMergeTransformer": builtins.PatchStrategicMergeTransformerPlugin{},
		"PatchTransformer":               builtins.PatchTransformerPlugin{},
		"PrefixTransformer":              builtins.PrefixTransformerPlugin{},
		"ReplacementTransformer":         builtins.ReplacementTransformerPlugin{},
		"ReplicaCountTransformer":        builtins.ReplicaCountTransformerPlugin{},
		"SecretGenerator":                builtins.SecretGeneratorPlugin{},
		"SuffixTransformer":              builtins.SuffixTransformerPlugin{},
		"ValueAddTransformer":            builtins.ValueAddTransformerPlugin{},
	}
	for name, plugin := range plugins {
		print(name, reflect.TypeOf(plugin))
	}
	api := os.Args[1]
	for _, name := range pluginNames(filepath.Join(api, "internal/plugins/builtinhelpers/builtins.go")) {
		fmt.Println("plugin", name, "-")
	}
	configurations(filepath.Join(api, "internal/plugins/builtinconfig/transformerconfig.go"))
}

func print(name string, t reflect.Type) { fields(name, "", t) }

func fields(name, above string, t reflect.Type) {
	for i := range t.NumField() {
		field := t.Field(i)
		key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if key == "-" || (!field.IsExported() && !field.Anonymous) {
			continue
		}
		if field.Anonymous && (key == "" || strings.Contains(options, "inline")) {
			fields(name, above, field.Type)
			continue
		}
		if key == "" {
			key = field.Name
		}
		value(name, above+key, field.Type)
	}
}

func value(name, path string, t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer:
		value(name, path, t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct || t.Elem().Kind() == reflect.Pointer {
			value(name, path+"[]", t.Elem())
		} else {
			fmt.Println(name, path+"[]", kind(t.Elem()))
		}
	case reflect.Struct:
		fields(name, path+".", t)
	default:
		fmt.Println(name, path, kind(t))
	}
}

func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "flag"
	case reflect.Int, reflect.Int64:
		return "number"
	case reflect.Map:
		if t.Elem().Kind() == reflect.String {
			return "texts"
		}
		return "data"
	default:
		return t.Kind().String()
	}
}

func parse(file string) *ast.File {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		panic(err)
	}
	return parsed
}

// The keys of the maps from the kinds of plugins to what makes them.
func pluginNames(file string) []string {
	var names []string
	ast.Inspect(parse(file), func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasSuffix(spec.Names[0].Name, "Factories") {
			return true
		}
		for _, element := range spec.Values[0].(*ast.CompositeLit).Elts {
			names = append(names, element.(*ast.KeyValueExpr).Key.(*ast.Ident).Name)
		}
		return false
	})
	return names
}

// The fields of TransformerConfig.
func configurations(file string) {
	ast.Inspect(parse(file), func(node ast.Node) bool {
		spec, ok := node.(*ast.TypeSpec)
		if !ok || spec.Name.Name != "TransformerConfig" {
			return true
		}
		for _, field := range spec.Type.(*ast.StructType).Fields.List {
			tag, _ := strconv.Unquote(field.Tag.Value)
			key, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
			fmt.Println("configuration", key, "-")
		}
		return false
	})
}
