# The shop's orders: Rails.  Its helper is app/controllers/concerns/visitor.rb.
require "pg"
require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "rack/cors"

class Shop < Rails::Application
  config.load_defaults 6.1
  config.api_only = true
  config.eager_load = true
  config.logger = Logger.new($stdout)
  config.log_level = :info
  config.filter_parameters += [:token]
  config.secret_key_base = "nothing is signed here"
  config.action_dispatch.default_headers["Cache-Control"] = "no-store"
  config.middleware.insert_before 0, Rack::Cors do
    allow do
      origins ENV.fetch("ALLOWED_ORIGIN")
      resource "*", headers: %w[Authorization Content-Type], methods: %i[get post]
    end
  end
end
