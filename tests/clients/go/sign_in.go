package main

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/modelcontextprotocol/go-sdk/auth"
	"github.com/modelcontextprotocol/go-sdk/oauthex"
	"golang.org/x/oauth2"
)

// A signIn says how a client signs its user in.
type signIn struct {
	Browser, Redirect, Name string
}

func (by *signIn) handler(kept *tokens) (auth.OAuthHandler, error) {
	config := &auth.AuthorizationCodeHandlerConfig{
		RedirectURL:              by.Redirect,
		RequestRefreshToken:      true,
		AuthorizationCodeFetcher: by.visit,
		NewTokenSource:           kept.open,
		DynamicClientRegistrationConfig: &auth.DynamicClientRegistrationConfig{
			Metadata: &oauthex.ClientRegistrationMetadata{
				ClientName:              by.Name,
				RedirectURIs:            []string{by.Redirect},
				TokenEndpointAuthMethod: "none",
				GrantTypes:              []string{"authorization_code", "refresh_token"},
			},
		},
	}
	return auth.NewAuthorizationCodeHandler(config)
}

// visit sends the user's browser somewhere, and takes what it comes back with.
func (by *signIn) visit(_ context.Context, args *auth.AuthorizationArgs) (*auth.AuthorizationResult, error) {
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	response, err := client.Get(by.Browser + "?" + url.Values{"url": {args.URL}}.Encode())
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	back, err := response.Location()
	if err != nil {
		return nil, err
	}
	query := back.Query()
	return &auth.AuthorizationResult{
		Code: query.Get("code"), State: query.Get("state"), Iss: query.Get("iss"),
	}, nil
}

// The tokens of a client, which can be told that time has passed: the library's own clock cannot be set.
type tokens struct {
	source oauth2.TokenSource
	again  func(*oauth2.Token) oauth2.TokenSource
}

func (kept *tokens) open(
	ctx context.Context, config *oauth2.Config, token *oauth2.Token,
) (oauth2.TokenSource, error) {
	kept.again = func(token *oauth2.Token) oauth2.TokenSource { return config.TokenSource(ctx, token) }
	kept.source = kept.again(token)
	return kept, nil
}

func (kept *tokens) Token() (*oauth2.Token, error) {
	return kept.source.Token()
}

func (kept *tokens) age(by time.Duration) {
	token, err := kept.source.Token()
	if err != nil {
		return
	}
	older := *token
	older.Expiry = token.Expiry.Add(-by)
	kept.source = kept.again(&older)
}
