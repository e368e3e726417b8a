// Package insights sends the User & Org Insights calls of propelauth-go to insightd, and nothing else. Everything
// else (validating tokens, users, orgs) still goes to PropelAuth, with PropelAuth's key.
//
//	if err := insights.Redirect("http://127.0.0.1:3000", os.Getenv("INSIGHTD_KEY")); err != nil { … }
//
// Call it once, when the process starts. Use an insightd key with the scope `read`. The Go client parses ids as UUIDs, so
// the ids in your events must be UUIDs.
package insights

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
)

const propelAuth = "propelauth-api.com"

var paths = regexp.MustCompile(
	`^/api/backend/v1/(?:(?:user|org)_report/[^/]+|chart_metrics?/[^/]+|user/[^/]+/signup_query_parameters)$`)

// Redirect wraps http.DefaultTransport, through which propelauth-go sends everything.
func Redirect(address string, key string) error {
	base, err := url.Parse(address)
	if err != nil {
		return err
	}
	if base.Scheme == "" || base.Host == "" {
		return fmt.Errorf("the address of insightd must be like http://127.0.0.1:3000, not %q", address)
	}
	http.DefaultTransport = &transport{next: http.DefaultTransport, base: base, key: key}
	return nil
}

type transport struct {
	next http.RoundTripper
	base *url.URL
	key  string
}

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != http.MethodGet || request.URL.Scheme != "https" ||
		request.URL.Host != propelAuth || !paths.MatchString(request.URL.Path) {
		return t.next.RoundTrip(request)
	}
	redirected := request.Clone(request.Context())
	redirected.URL = t.base.JoinPath(request.URL.EscapedPath())
	redirected.URL.RawQuery = request.URL.RawQuery
	redirected.Host = ""
	redirected.Header.Set("Authorization", "Bearer "+t.key)
	return t.next.RoundTrip(redirected)
}
