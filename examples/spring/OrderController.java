import java.util.*;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.*;

/** The shop's orders: Spring. Its helper is VisitorTransactionManager.java. */
@RestController
@CrossOrigin("${ALLOWED_ORIGIN}")
public record OrderController(Orders orders) {
    @GetMapping("/orders")
    public List<Map<String, Object>> list() {
        return orders.all();
    }

    @PostMapping("/orders")
    @ResponseStatus(HttpStatus.CREATED)
    public Map<String, Object> place(@RequestBody Map<String, String> body) {
        return orders.place(body.get("item"));
    }
}

@Transactional
record JdbcOrders(JdbcTemplate jdbc) implements Orders {
    private static final String COLUMNS = "id AS \"order\", item, placed_on::text AS placed, state";

    public List<Map<String, Object>> all() { // no WHERE: whose orders they are is the policy's business
        return jdbc.queryForList("SELECT " + COLUMNS + " FROM orders ORDER BY id");
    }

    public Map<String, Object> place(String item) {
        var order = jdbc.queryForMap("INSERT INTO orders (item) VALUES (?) RETURNING " + COLUMNS, item);
        if (item.equals("The Moon")) {
            throw new IllegalStateException("the warehouse has none");
        }
        return order;
    }
}
