import java.sql.SQLException;
import org.springframework.core.NestedRuntimeException;
import org.springframework.dao.DataAccessException;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

@RestControllerAdvice // Spring's own exceptions, such as 400 for what is no JSON, are the base class's
public class Refusals extends ResponseEntityExceptionHandler {
    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ResponseEntity<Void> refuse(NestedRuntimeException error) {
        logger.error(error);
        String state = error.getMostSpecificCause() instanceof SQLException refused ? refused.getSQLState() : null;
        return switch (state == null ? "08" : state.substring(0, 2)) { // null: the connection is lost
            case "28" -> state.matches("28J0[13]") // the theme's script fetches a new token, and tries once more
                ? ResponseEntity.status(401).header("WWW-Authenticate", "Bearer error=\"invalid_token\"").build()
                : ResponseEntity.status(state.startsWith("28J") ? 403 : 503).build();
            case "22", "23" -> ResponseEntity.status(400).build();
            case "08", "53", "57" -> ResponseEntity.status(503).build();
            default -> ResponseEntity.status(state.equals("42501") ? 403 : 500).build();
        };
    }

    @ExceptionHandler
    ResponseEntity<Void> fail(RuntimeException error) { // or the servlet container shows a stack trace
        logger.error(error);
        return ResponseEntity.status(500).build();
    }
}
