// The shop's orders: net/http and pgx.  Its helper is visitor.go.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"regexp"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

const columns = `id, item, placed_on::text, state`

type order struct {
	Order  int    `json:"order"`
	Item   string `json:"item"`
	Placed string `json:"placed"`
	State  string `json:"state"`
}

func (o *order) scan(row pgx.Row) error {
	return row.Scan(&o.Order, &o.Item, &o.Placed, &o.State)
}

var bearer = regexp.MustCompile(`^(?i:Bearer) +`)

// "Bearer TOKEN"; anything else is no token, and the database says so
func tokenOf(r *http.Request) *string {
	if len(r.Header["Authorization"]) == 0 {
		return nil
	}
	token := bearer.ReplaceAllString(r.Header.Get("Authorization"), "")
	return &token
}

type shop struct{ pool *pgxpool.Pool }

// No WHERE: whose orders they are is the policy's business.
func (s shop) orders(r *http.Request) (int, interface{}, error) {
	orders := []order{}
	err := queryAsVisitor(r.Context(), s.pool, tokenOf(r), func(rows pgx.Rows) error {
		orders = append(orders, order{})
		return orders[len(orders)-1].scan(rows)
	}, "SELECT "+columns+" FROM orders ORDER BY id")
	return http.StatusOK, orders, err
}

func (s shop) placeOrder(r *http.Request) (int, interface{}, error) {
	var placed order
	if err := json.NewDecoder(r.Body).Decode(&placed); err != nil {
		return http.StatusBadRequest, nil, nil
	}
	err := asVisitor(r.Context(), s.pool, tokenOf(r), func(tx pgx.Tx) error {
		insert := "INSERT INTO orders (item) VALUES ($1) RETURNING " + columns
		if err := placed.scan(tx.QueryRow(r.Context(), insert, placed.Item)); err != nil {
			return err
		}
		if placed.Item == "The Moon" {
			return errors.New("the warehouse has none")
		}
		return nil
	})
	return http.StatusCreated, placed, err
}

func (s shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", os.Getenv("ALLOWED_ORIGIN"))
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	status, body, err := http.StatusNotFound, interface{}(nil), error(nil)
	switch r.Method + " " + r.URL.Path {
	case "OPTIONS /orders":
		status = http.StatusNoContent
	case "GET /orders":
		status, body, err = s.orders(r)
	case "POST /orders":
		status, body, err = s.placeOrder(r)
	}
	if err != nil {
		status, body = statusOf(err), nil
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	w.WriteHeader(status)
	if body != nil {
		_ = json.NewEncoder(w).Encode(body)
	}
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
