// The shop's orders: net/http and pgx.  Its helper is visitor.go.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"

	"github.com/jackc/pgx/v4"
	"github.com/jackc/pgx/v4/pgxpool"
)

const columns = "id, item, placed_on::text, state"

type order struct {
	ID     int    `json:"order"`
	Item   string `json:"item"`
	Placed string `json:"placed"`
	State  string `json:"state"`
}

func (o *order) fields() []any { return []any{&o.ID, &o.Item, &o.Placed, &o.State} }

type shop struct{ pool *pgxpool.Pool }

// No WHERE: whose orders they are is the policy's business.
func (s shop) orders(r *http.Request) (any, error) {
	o, all := order{}, []order{}
	collect := func(pgx.QueryFuncRow) error { all = append(all, o); return nil }
	sql := "SELECT " + columns + " FROM orders ORDER BY id"
	err := queryAsVisitor(r.Context(), s.pool, tokenOf(r), sql, nil, o.fields(), collect)
	return all, err
}

func (s shop) placeOrder(r *http.Request) (any, error) {
	var o order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		return nil, failure{http.StatusBadRequest, err}
	}
	err := asVisitor(r.Context(), s.pool, tokenOf(r), func(tx pgx.Tx) error {
		insert := "INSERT INTO orders (item) VALUES ($1) RETURNING " + columns
		err := tx.QueryRow(r.Context(), insert, o.Item).Scan(o.fields()...)
		if err == nil && o.Item == "The Moon" {
			err = failure{http.StatusInternalServerError, errors.New("the warehouse has none")}
		}
		return err
	})
	return o, err
}

func main() {
	// PG… in the environment says where; "describe": no statement is kept by name, for
	// PgBouncer before 1.21
	pool, err := pgxpool.Connect(context.Background(), "statement_cache_mode=describe connect_timeout=5")
	if err != nil {
		log.Fatal(err)
	}
	s := shop{pool}
	http.Handle("/orders", resource{"GET": s.orders, "POST": s.placeOrder})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
