# One request, one transaction, one visitor: pg.
require "pg"

module Visitor
  AUTHENTICATE = "SELECT hcjwt.authenticate($1)" # bound by the server, so not logged

  module_function

  # The rows of one statement, in one round trip.  What is in the pipeline is one
  # transaction; where authenticate() fails, the server skips the statement behind it.
  def query(connection, token, statement, parameters = [])
    connection.enter_pipeline_mode
    connection.send_query_params(AUTHENTICATE, [token])
    connection.send_query_params(statement, parameters)
    connection.pipeline_sync
    results = []
    until (result = connection.get_result)&.result_status == PG::PGRES_PIPELINE_SYNC
      results << result if result
      raise PG::ConnectionBad if connection.status == PG::CONNECTION_BAD
    end
    connection.exit_pipeline_mode
    results.each(&:check).last.to_a
  end

  # A transaction, for several statements and code between them.
  def transaction(connection, token)
    connection.transaction do
      connection.exec_params(AUTHENTICATE, [token])
      yield connection
    end
  end

  # 401: the theme's script fetches a new token, and tries once more.
  def status_of(error)
    case error.is_a?(PG::Error) && (error.result&.error_field(PG::PG_DIAG_SQLSTATE) || "08006")
    when "28J01", "28J03" then 401
    when /^28J/, "42501" then 403
    when /^2[23]/ then 400
    when /^(08|28|53|57)/ then 503
    else 500
    end
  end
end
