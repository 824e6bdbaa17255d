import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** One request, one transaction, one visitor: JDBC. */
final class Visitor {
    private static final String AUTHENTICATE = "SELECT hcjwt.authenticate(?)";

    interface Work<T> {
        T with(Connection connection) throws Exception;
    }

    interface Reader<T> {
        T read(ResultSet rows) throws SQLException;
    }

    /**
     * Reads the rows of one statement, in one round trip. PostgreSQL's driver sends both
     * at once; in autocommit mode they are one transaction, and where authenticate() fails
     * the server skips the one behind it.
     */
    static <T> T query(DataSource pool, String token, String statement, Reader<T> reader) throws SQLException {
        try (Connection connection = pool.getConnection();
             PreparedStatement both = connection.prepareStatement(AUTHENTICATE + "; " + statement)) {
            both.setString(1, token);
            both.execute();
            both.getMoreResults();
            return reader.read(both.getResultSet());
        }
    }

    /** Work in a transaction: for several statements, and code between them. */
    static <T> T transaction(DataSource pool, String token, Work<T> work) throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement authenticate = connection.prepareStatement(AUTHENTICATE)) {
                authenticate.setString(1, token);
                authenticate.execute();
                T result = work.with(connection);
                connection.commit();
                return result;
            } catch (Exception error) {
                connection.rollback();
                throw error;
            }
        }
    }

    /** 401: the theme's script fetches a new token, and tries once more. */
    static int statusOf(Exception error) {
        if (!(error instanceof SQLException refused)) {
            return 500;
        }
        String state = refused.getSQLState() == null ? "08006" : refused.getSQLState();
        return switch (state.substring(0, 2)) {
            case "28" -> state.matches("28J0[13]") ? 401 : state.startsWith("28J") ? 403 : 503;
            case "22", "23" -> 400;
            case "08", "53", "57" -> 503;
            default -> state.equals("42501") ? 403 : 500;
        };
    }
}
