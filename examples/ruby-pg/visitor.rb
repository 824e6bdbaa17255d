# One request, one transaction, one visitor, whose token it is, or none (nil): pg.
module Visitor
  AUTHENTICATE = "SELECT hcjwt.authenticate($1)" # bound by the server, so not logged

  # One flight, one transaction: where authenticate() fails, the server skips the other.
  def self.query(connection, token, statement, parameters = [])
    connection.enter_pipeline_mode
    connection.send_query_params(AUTHENTICATE, [token])
    connection.send_query_params(statement, parameters)
    connection.pipeline_sync
    results = Array.new(2) { connection.get_result.tap { connection.get_result } } # nil ends each
    connection.get_result && connection.exit_pipeline_mode # after the sync's
    results.each(&:check).last.to_a
  end

  # For several statements, and code between them.
  def self.transaction(connection, token)
    connection.transaction { connection.exec_params(AUTHENTICATE, [token]) && yield }
  end
end
