// Renders the cases of a JSON file with the prompt package of gh-models.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/github/gh-models/pkg/prompt"
	"gopkg.in/yaml.v3"
)

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type testCase struct {
	Name      string          `json:"name"`
	File      string          `json:"file"`
	Variables json.RawMessage `json:"variables"`
}

func main() {
	input, err := os.ReadFile(os.Args[1])
	check(err)
	var cases []testCase
	check(json.Unmarshal(input, &cases))
	directory, err := os.MkdirTemp("", "prompts")
	check(err)
	answers := make([]map[string]any, 0, len(cases))
	for index, one := range cases {
		path := filepath.Join(directory, fmt.Sprintf("%d.prompt.yml", index))
		check(os.WriteFile(path, []byte(one.File), 0o600))
		answers = append(answers, render(path, one))
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(answers))
}

// Variables are read as the command reads test data, through YAML, of which JSON is a part.
func render(path string, one testCase) map[string]any {
	file, err := prompt.LoadFromFile(path)
	if err != nil {
		return map[string]any{"error": strings.ReplaceAll(err.Error(), path, "prompt.yml")}
	}
	variables := map[string]interface{}{}
	check(yaml.Unmarshal(one.Variables, &variables))
	messages := []message{}
	for _, part := range file.Messages {
		content, err := prompt.TemplateString(part.Content, variables)
		if err != nil {
			return map[string]any{"error": err.Error()}
		}
		if _, err := prompt.GetAzureChatMessageRole(part.Role); err != nil {
			return map[string]any{"error": err.Error()}
		}
		messages = append(messages, message{strings.ToLower(part.Role), content})
	}
	return map[string]any{"messages": messages}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
