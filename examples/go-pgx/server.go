// The shop's orders: net/http and pgx.  Its helper is visitor.go.  PostgreSQL writes the JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"regexp"
	"strings"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

const (
	columns = `id AS "order", item, placed_on::text AS placed, state`
	// No WHERE: whose orders they are is the policy's business.
	allOrders = "SELECT coalesce(json_agg(o), '[]') FROM (SELECT " + columns + " FROM orders ORDER BY id) o"
	newOrder  = "WITH o AS (INSERT INTO orders (item) VALUES ($1) RETURNING " + columns + ") SELECT to_json(o) FROM o"
)

var (
	errNoOrder = errors.New("the body is no order")
	errNone    = errors.New("the warehouse has none")
	bearer     = regexp.MustCompile(`^(?i:Bearer) +\b`)
)

type shop struct{ pool *pgxpool.Pool }

func (s shop) placeOrder(r *http.Request, token string, answer *[]byte) error {
	var order struct{ Item string }
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &order) != nil {
		return errNoOrder
	}
	return s.pool.BeginFunc(r.Context(), func(tx pgx.Tx) error {
		err := queryAsVisitor(r.Context(), tx, token, answer, newOrder, order.Item)
		if err == nil && order.Item == "The Moon" {
			return errNone
		}
		return err
	})
}

func (s shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var answer []byte
	var err error
	status := http.StatusOK
	// "Bearer TOKEN"; anything else is no token, and the database says so.  None: anonymous.
	token := bearer.ReplaceAllString(strings.Join(r.Header.Values("Authorization"), ", "), "")
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	switch r.Method + " " + r.URL.Path {
	case "GET /orders", "HEAD /orders":
		err = queryAsVisitor(r.Context(), s.pool, token, &answer, allOrders)
	case "POST /orders":
		status = http.StatusCreated
		err = s.placeOrder(r, token, &answer)
	case "OPTIONS /orders":
		status = http.StatusNoContent
	default:
		status = http.StatusNotFound
	}
	if err != nil {
		log.Print(err)
		status, answer = statusOf(err), nil
	}
	w.Header().Set("Access-Control-Allow-Origin", os.Getenv("ALLOWED_ORIGIN"))
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	if status == http.StatusUnauthorized { // the theme's script fetches a new token, and tries once more
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

var statuses = map[string]int{ // by SQLSTATE, or how it begins
	"28J01": 401, "28J03": 401, "28J": 403, "42501": 403, "22": 400, "23": 400,
	"08": 503, "28": 503, "53": 503, "57": 503, "": 500,
}

func statusOf(err error) int {
	var refused *pgconn.PgError
	switch {
	case errors.Is(err, errNoOrder):
		return http.StatusBadRequest
	case errors.Is(err, errNone):
		return http.StatusInternalServerError
	case !errors.As(err, &refused):
		return http.StatusServiceUnavailable // a connection is lost, or cannot be had
	}
	for n := len(refused.Code); ; n-- {
		if status, known := statuses[refused.Code[:n]]; known {
			return status
		}
	}
}

func main() {
	settings := "connect_timeout=5" // PG… in the environment says where
	if os.Getenv("PREPARE") == "off" {
		settings += " statement_cache_mode=describe" // no statement is kept by name, for PgBouncer before 1.21
	}
	pool, err := pgxpool.Connect(context.Background(), settings)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), shop{pool}))
}
