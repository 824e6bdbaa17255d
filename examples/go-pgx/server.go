// The shop's orders: net/http and pgx.  Its helper is visitor.go.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

type order struct {
	Order  int    `json:"order"`
	Item   string `json:"item"`
	Placed string `json:"placed"`
	State  string `json:"state"`
}

const columns = "id, item, placed_on::text, state"

func (o *order) fields() []interface{} {
	return []interface{}{&o.Order, &o.Item, &o.Placed, &o.State}
}

type shop struct{ pool *pgxpool.Pool }

// No WHERE: whose orders they are is the policy's business.
func (s shop) orders(r *http.Request, token *string) ([]order, error) {
	var o order
	all := []order{}
	statement := "SELECT " + columns + " FROM orders ORDER BY id"
	err := queryAsVisitor(r.Context(), s.pool, token, statement, o.fields(), func() { all = append(all, o) })
	return all, err
}

func (s shop) placeOrder(r *http.Request, token *string) (o order, err error) {
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		return o, err
	}
	err = asVisitor(r.Context(), s.pool, token, func(tx pgx.Tx) error {
		insert := "INSERT INTO orders (item) VALUES ($1) RETURNING " + columns
		err := tx.QueryRow(r.Context(), insert, o.Item).Scan(o.fields()...)
		if err == nil && o.Item == "The Moon" {
			return errors.New("the warehouse has none")
		}
		return err
	})
	return o, err
}

func (s shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", os.Getenv("ALLOWED_ORIGIN"))
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	var token *string // "Bearer TOKEN"; anything else is no token, and the database says so
	if header := r.Header["Authorization"]; header != nil {
		bare := strings.TrimPrefix(header[0], "Bearer ")
		token = &bare
	}
	var body interface{}
	var err error
	status := http.StatusOK
	switch r.Method {
	case "GET":
		body, err = s.orders(r, token)
	case "POST":
		status = http.StatusCreated
		body, err = s.placeOrder(r, token)
	}
	if err != nil {
		log.Print(err)
		status, body = statusOf(err), nil
	}
	if status == http.StatusUnauthorized { // the theme's script fetches a new token, and tries once more
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	w.WriteHeader(status)
	if body != nil {
		_ = json.NewEncoder(w).Encode(body)
	}
}

func statusOf(err error) int {
	var refused *pgconn.PgError
	var network net.Error
	state := ""
	if errors.As(err, &refused) {
		state = refused.Code
	} else if errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err) {
		state = "08006" // the connection is lost, or cannot be had
	}
	switch is := strings.HasPrefix; {
	case is(state, "28J01"), is(state, "28J03"):
		return http.StatusUnauthorized
	case is(state, "28J"), state == "42501":
		return http.StatusForbidden
	case is(state, "22"), is(state, "23"):
		return http.StatusBadRequest
	case is(state, "08"), is(state, "28"), is(state, "53"), is(state, "57"):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func main() {
	// PG… in the environment says where; "describe": no statement is kept by name, for
	// PgBouncer before 1.21
	pool, err := pgxpool.Connect(context.Background(), "statement_cache_mode=describe")
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), shop{pool}))
}
