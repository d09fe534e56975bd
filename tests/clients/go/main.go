// Does with the Go SDK's client what the lines of standard input say, and prints what was seen, a line each.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

type server struct {
	Transport, URL, Command, Mode string
	Args                          []string
	Headers, Env                  map[string]string
	SignIn                        *signIn
}

type order struct {
	Connect      *server
	Call, Answer string
	Arguments    map[string]any
	// How far the client's clock is ahead from now on.
	AdvanceSeconds int
}

type seen struct {
	Revision string   `json:"revision,omitempty"`
	Tools    int      `json:"tools,omitempty"`
	IsError  bool     `json:"isError"`
	Text     string   `json:"text"`
	Value    any      `json:"value"`
	Progress []string `json:"progress"`
	Asked    []string `json:"asked"`
	Error    string   `json:"error,omitempty"`
}

type withHeaders map[string]string

func (headers withHeaders) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	return http.DefaultTransport.RoundTrip(request)
}

func transportOf(to server, handler auth.OAuthHandler) mcp.Transport {
	client := &http.Client{Transport: withHeaders(to.Headers)}
	switch to.Transport {
	case "stdio":
		command := exec.Command(to.Command, to.Args...)
		for name, value := range to.Env {
			command.Env = append(command.Env, name+"="+value)
		}
		return &mcp.CommandTransport{Command: command}
	case "sse":
		return &mcp.SSEClientTransport{Endpoint: to.URL, HTTPClient: client}
	default:
		return &mcp.StreamableClientTransport{Endpoint: to.URL, HTTPClient: client, OAuthHandler: handler}
	}
}

// A user is the client of one connection, and who answers its questions.
type user struct {
	session         *mcp.ClientSession
	tokens          *tokens
	answer          string
	asked, progress chan string
}

func connect(ctx context.Context, to server) (*user, error) {
	one := &user{asked: make(chan string, 100), progress: make(chan string, 100), tokens: &tokens{}}
	var handler auth.OAuthHandler
	if to.SignIn != nil {
		var err error
		if handler, err = to.SignIn.handler(one.tokens); err != nil {
			return one, err
		}
	}
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, &mcp.ClientOptions{
		ElicitationHandler: func(_ context.Context, request *mcp.ElicitRequest) (*mcp.ElicitResult, error) {
			one.asked <- request.Params.Message
			if one.answer != "accept" {
				return &mcp.ElicitResult{Action: one.answer}, nil
			}
			return &mcp.ElicitResult{Action: "accept", Content: map[string]any{"confirm": true}}, nil
		},
		ProgressNotificationHandler: func(_ context.Context, request *mcp.ProgressNotificationClientRequest) {
			one.progress <- request.Params.Message
		},
	})
	options := &mcp.ClientSessionOptions{}
	if to.Mode == "legacy" {
		options.ProtocolVersion = "2025-11-25"
	}
	session, err := client.Connect(ctx, transportOf(to, handler), options)
	one.session = session
	return one, err
}

func (one *user) call(ctx context.Context, what order) (seen, error) {
	one.answer = what.Answer
	params := &mcp.CallToolParams{Name: what.Call, Arguments: what.Arguments, Meta: mcp.Meta{}}
	params.SetProgressToken("progress")
	result, err := one.session.CallTool(ctx, params)
	if err != nil {
		return seen{}, err
	}
	answer := seen{IsError: result.IsError, Value: result.StructuredContent}
	for _, content := range result.Content {
		if text, ok := content.(*mcp.TextContent); ok {
			answer.Text += text.Text
		}
	}
	answer.Asked, answer.Progress = drained(one.asked), drained(one.progress)
	return answer, nil
}

func drained(channel chan string) []string {
	all := []string{}
	for {
		select {
		case one := <-channel:
			all = append(all, one)
		default:
			return all
		}
	}
}

func main() {
	ctx := context.Background()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	var one *user
	for lines.Scan() {
		var what order
		var answer seen
		err := json.Unmarshal(lines.Bytes(), &what)
		switch {
		case err != nil:
		case what.Connect != nil:
			if one != nil && one.session != nil {
				one.session.Close()
			}
			if one, err = connect(ctx, *what.Connect); err == nil {
				answer.Revision = one.session.InitializeResult().ProtocolVersion
			}
		case what.AdvanceSeconds != 0:
			one.tokens.age(time.Duration(what.AdvanceSeconds) * time.Second)
		case what.Call != "":
			answer, err = one.call(ctx, what)
		default:
			var list *mcp.ListToolsResult
			if list, err = one.session.ListTools(ctx, nil); err == nil {
				answer.Tools = len(list.Tools)
			}
		}
		if err != nil {
			answer.Error = err.Error()
		}
		json.NewEncoder(os.Stdout).Encode(answer)
	}
	if one != nil && one.session != nil {
		one.session.Close()
	}
}
