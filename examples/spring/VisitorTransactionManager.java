import java.sql.*;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.web.context.request.*;

/** One request, one transaction, one visitor: every transaction of a request begins with its token. */
public class VisitorTransactionManager extends DataSourceTransactionManager {
    @Override
    protected void prepareTransactionalConnection(Connection connection, TransactionDefinition definition)
            throws SQLException {
        super.prepareTransactionalConnection(connection, definition);
        var request = (ServletRequestAttributes) RequestContextHolder.currentRequestAttributes();
        String header = request.getRequest().getHeader("Authorization");
        try (PreparedStatement authenticate = connection.prepareStatement("SELECT hcjwt.authenticate(?)")) {
            // "Bearer TOKEN"; anything else is no token, and the database says so
            authenticate.setString(1, header == null ? null : header.replaceFirst("^(?i:Bearer) +\\b", ""));
            authenticate.execute();
        }
    }
}
