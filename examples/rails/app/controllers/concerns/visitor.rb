# One request, one transaction, one visitor: Rails.
module Visitor
  extend ActiveSupport::Concern

  included { around_action :as_visitor }

  private

  # The action, and what it renders, in a transaction that is authenticated by the token.
  def as_visitor
    ActiveRecord::Base.transaction do
      # the driver binds: with prepared_statements: false Rails would write the token into
      # the statement, and statements are logged
      connection = ActiveRecord::Base.connection.raw_connection
      # "Bearer TOKEN"; anything else is no token, and the database says so
      connection.exec_params("SELECT hcjwt.authenticate($1)", [request.authorization&.sub(/\ABearer +\b/i, "")])
      yield
    end
  end
end
