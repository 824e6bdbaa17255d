import java.sql.*;
import javax.sql.DataSource;

/** One request, one transaction, one visitor, whose token it is, or none (null): JDBC. */
class Visitor {
    interface Work<A, T> { T with(A rowsOrConnection) throws SQLException; }

    /** Reads the rows of one statement. PostgreSQL's driver sends both at once, as one transaction;
     *  where authenticate() fails, the server skips the other. */
    static <T> T query(DataSource pool, String token, String statement, Work<ResultSet, T> work) throws SQLException {
        try (var connection = pool.getConnection();
             var both = connection.prepareStatement("SELECT hcjwt.authenticate(?); " + statement)) {
            both.setString(1, token); // bound by the server, so not logged
            both.execute();
            both.getMoreResults();
            return work.with(both.getResultSet());
        }
    }

    /** For several statements, and code between them. */
    static <T> T transaction(DataSource pool, String token, Work<Connection, T> work) throws SQLException {
        try (var connection = pool.getConnection();
             var authenticate = connection.prepareStatement("SELECT hcjwt.authenticate(?)")) {
            connection.setAutoCommit(false);
            authenticate.setString(1, token);
            authenticate.execute();
            T result = work.with(connection);
            connection.commit();
            return result;
        } // HikariCP rolls back what is not committed when the connection is closed
    }
}
