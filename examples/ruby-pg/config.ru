# The shop's orders: Sinatra and pg.  Its helper is visitor.rb.
require "connection_pool"
require "json"
require "pg"
require "sinatra/base"
require_relative "visitor"

class Shop < Sinatra::Base
  COLUMNS = 'id AS "order", item, placed_on::text AS placed, state'.freeze
  POOL = ConnectionPool.new(size: 4) { {} }

  set show_exceptions: false, raise_errors: false
  set :protection, except: :json_csrf

  helpers do
    # "Bearer TOKEN"; anything else is no token, and the database says so
    def token = request.env["HTTP_AUTHORIZATION"]&.sub(/\ABearer +\b/i, "")

    def with_connection
      POOL.with do |slot|
        yield slot[:connection] ||= PG.connect.tap { |c| c.type_map_for_results = PG::BasicTypeMapForResults.new(c) }
      ensure # one that has broken is made anew for the next request
        slot.delete(:connection)&.close unless slot[:connection]&.transaction_status == PG::PQTRANS_IDLE
      end
    end
  end

  before do
    headers "Access-Control-Allow-Origin" => ENV.fetch("ALLOWED_ORIGIN"), "Cache-Control" => "no-store",
            "Access-Control-Allow-Methods" => "GET, POST", "Content-Type" => "application/json",
            "Access-Control-Allow-Headers" => "Authorization, Content-Type"
  end

  options("/orders") { 204 }

  get "/orders" do # no WHERE: whose orders they are is the policy's business
    with_connection { |c| Visitor.query(c, token, "SELECT #{COLUMNS} FROM orders ORDER BY id") }.to_json
  end

  post "/orders" do
    JSON.parse(request.body.read, symbolize_names: true) => { item: /\A[^\0]*\z/ => item }
    order = with_connection do |c|
      Visitor.transaction(c, token) do
        row = c.exec_params("INSERT INTO orders (item) VALUES ($1) RETURNING #{COLUMNS}", [item]).first
        item == "The Moon" ? raise("the warehouse has none") : row
      end
    end
    [201, order.to_json]
  end

  error(JSON::ParserError, NoMatchingPatternError) { 400 }

  error(PG::Error) do |error|
    case error.result&.error_field(PG::PG_DIAG_SQLSTATE)
    when "28J01", "28J03" # the theme's script fetches a new token, and tries once more
      [401, { "WWW-Authenticate" => 'Bearer error="invalid_token"' }, ""]
    when /^28J/, "42501" then 403
    when /^2[23]/ then 400
    when /^(08|28|53|57)/, nil then 503 # nil: the connection is lost
    else 500
    end
  end
end

run Shop
