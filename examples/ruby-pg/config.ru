# The shop's orders: Sinatra and pg.  Its helper is visitor.rb.
require "connection_pool"
require "json"
require "sinatra/base"
require_relative "visitor"

class Shop < Sinatra::Base
  COLUMNS = 'id AS "order", item, placed_on::text AS placed, state'.freeze
  POOL = ConnectionPool.new(size: 4) { {} }

  set :show_exceptions, false
  set :raise_errors, false
  set :dump_errors, false
  set :protection, except: :json_csrf

  helpers do
    # "Bearer TOKEN"; anything else is no token, and the database says so
    def token = request.env["HTTP_AUTHORIZATION"]&.sub(/^Bearer +/i, "")

    # One that has broken is made anew for the next request.
    def with_connection
      POOL.with do |slot|
        yield slot[:connection] ||= PG.connect.tap { |c|
          c.type_map_for_results = PG::BasicTypeMapForResults.new(c)
        }
      rescue PG::ConnectionBad, PG::UnableToSend, PG::AdminShutdown, PG::ProtocolViolation
        slot.delete(:connection)&.close
        raise
      end
    end
  end

  before do
    headers "Access-Control-Allow-Origin" => ENV.fetch("ALLOWED_ORIGIN"),
            "Access-Control-Allow-Methods" => "GET, POST",
            "Access-Control-Allow-Headers" => "Authorization, Content-Type",
            "Cache-Control" => "no-store"
    content_type :json
  end

  options("/orders") { 204 }

  get "/orders" do # no WHERE: whose orders they are is the policy's business
    with_connection { |c| Visitor.query(c, token, "SELECT #{COLUMNS} FROM orders ORDER BY id") }.to_json
  end

  post "/orders" do
    item = JSON.parse(request.body.read).fetch("item")
    insert = "INSERT INTO orders (item) VALUES ($1) RETURNING #{COLUMNS}"
    order = with_connection do |connection|
      Visitor.transaction(connection, token) do
        connection.exec_params(insert, [item]).first.tap do
          raise "the warehouse has none" if item == "The Moon"
        end
      end
    end
    [201, order.to_json]
  end

  error do |error|
    status Visitor.status_of(error)
    headers "WWW-Authenticate" => 'Bearer error="invalid_token"' if status == 401
    ""
  end
end

run Shop
