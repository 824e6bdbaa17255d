# The shop's orders: Sinatra and ActiveRecord.  Its helper is visitor.rb.
require "active_record"
require "sinatra/base"
require_relative "visitor"

ActiveRecord::Base.establish_connection(
  adapter: "postgresql", # PG... in the environment says where
  pool: 4,
  prepared_statements: false, # for PgBouncer before 1.21
  advisory_locks: false
)

class Order < ActiveRecord::Base
  def as_json(*) = { order: id, item: item, placed: placed_on, state: state }
end

class Shop < Sinatra::Base
  set :show_exceptions, false
  set :raise_errors, false
  set :dump_errors, false
  set :protection, except: :json_csrf

  helpers do
    # "Bearer TOKEN"; anything else is no token, and the database says so
    def token = request.env["HTTP_AUTHORIZATION"]&.sub(/^Bearer +/i, "")
  end

  before do
    headers "Access-Control-Allow-Origin" => ENV.fetch("ALLOWED_ORIGIN"),
            "Access-Control-Allow-Methods" => "GET, POST",
            "Access-Control-Allow-Headers" => "Authorization, Content-Type",
            "Cache-Control" => "no-store"
    content_type :json
  end

  options("/orders") { 204 }

  get "/orders" do # no where: whose orders they are is the policy's business
    Visitor.transaction(token) { Order.order(:id).to_a }.to_json
  end

  post "/orders" do
    item = JSON.parse(request.body.read).fetch("item")
    order = Visitor.transaction(token) do
      Order.create!(item: item).reload.tap do
        raise "the warehouse has none" if item == "The Moon"
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
