import java.sql.*;

/** One request, one transaction, one visitor, whose token it is, or none (null): JDBC. */
class Visitor {
    /**
     * The rows of a statement. PostgreSQL's driver sends both at once; where authenticate() fails, the server skips
     * the other. In autocommit mode this is the whole transaction; without, it begins one, for several statements.
     */
    static ResultSet query(Connection connection, String token, String statement, String... parameters)
            throws SQLException {
        PreparedStatement both = connection.prepareStatement("SELECT hcjwt.authenticate(?); " + statement);
        both.setString(1, token); // bound by the server, so not logged
        for (int i = 0; i < parameters.length; i++) both.setString(i + 2, parameters[i]);
        both.execute();
        both.getMoreResults();
        return both.getResultSet(); // closed with the connection
    }
}
