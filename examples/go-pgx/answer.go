package main

import (
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"regexp"

	"github.com/jackc/pgconn"
)

// resource has a function for each method, which returns what is to be sent as JSON.
type resource map[string]func(*http.Request) (any, error)

func (methods resource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	w.Header().Set("Access-Control-Allow-Origin", os.Getenv("ALLOWED_ORIGIN"))
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	method := methods[r.Method]
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
	} else if method == nil {
		w.WriteHeader(http.StatusMethodNotAllowed)
	} else if body, err := method(r); err != nil {
		log.Print(err)
		status := statusOf(err)
		if status == http.StatusUnauthorized { // the theme's script fetches a new token, and tries once more
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		}
		w.WriteHeader(status)
	} else {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
		}
		_ = json.NewEncoder(w).Encode(body)
	}
}

var scheme = regexp.MustCompile("^(?i:Bearer) +")

// tokenOf is nil for an anonymous visitor.  What is not "Bearer TOKEN" is no token, and the database says so.
func tokenOf(r *http.Request) *string {
	if header := r.Header.Values("Authorization"); header != nil {
		token := scheme.ReplaceAllString(header[0], "")
		return &token
	}
	return nil
}

// failure is an error of this API's own, not of the database.
type failure struct {
	status int
	error
}

var statuses = map[string]int{ // by SQLSTATE, or how it begins
	"28J01": 401, "28J03": 401, "28J": 403, "42501": 403, "22": 400, "23": 400,
	"08": 503, "28": 503, "53": 503, "57": 503,
}

func statusOf(err error) int {
	var own failure
	var refused *pgconn.PgError
	if errors.As(err, &own) {
		return own.status
	} else if !errors.As(err, &refused) {
		return http.StatusServiceUnavailable // a connection is lost, or cannot be had
	}
	for n := len(refused.Code); n > 0; n-- {
		if status, known := statuses[refused.Code[:n]]; known {
			return status
		}
	}
	return http.StatusInternalServerError
}
