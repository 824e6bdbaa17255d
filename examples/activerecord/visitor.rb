# One request, one transaction, one visitor: ActiveRecord.
module Visitor
  module_function

  # A transaction that is authenticated by the token, or anonymous when it is nil.
  def transaction(token)
    ActiveRecord::Base.connection_pool.with_connection do |connection|
      connection.transaction do
        # the driver binds: with prepared_statements: false ActiveRecord would write the
        # token into the statement, and statements are logged
        connection.raw_connection.exec_params("SELECT hcjwt.authenticate($1)", [token])
        yield
      end
    end
  end

  # 401: the theme's script fetches a new token, and tries once more.
  def status_of(error)
    error = error.cause if error.is_a?(ActiveRecord::ActiveRecordError) && error.cause
    return 503 if error.is_a?(ActiveRecord::ConnectionNotEstablished)

    case error.is_a?(PG::Error) && (error.result&.error_field(PG::PG_DIAG_SQLSTATE) || "08006")
    when "28J01", "28J03" then 401
    when /^28J/, "42501" then 403
    when /^2[23]/ then 400
    when /^(08|28|53|57)/ then 503
    else 500
    end
  end
end
