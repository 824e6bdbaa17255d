import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.*;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.servlet.DispatcherServlet;

/** The shop's orders: Spring. Its helper is VisitorTransactionManager.java. */
public class Shop {
    public static void main(String[] arguments) throws Exception {
        var servlet = new ServletHolder(new DispatcherServlet());
        servlet.setInitParameter("contextConfigLocation", "classpath:shop.xml");
        var handler = new ServletContextHandler();
        handler.addServlet(servlet, "/*");
        var server = new Server(new InetSocketAddress("127.0.0.1", Integer.parseInt(System.getenv("PORT"))));
        server.setHandler(handler);
        server.start();
    }
}

interface Orders {
    List<Map<String, Object>> all();
    Map<String, Object> place(String item);
}

@Transactional
class JdbcOrders implements Orders {
    private static final String COLUMNS = "id AS \"order\", item, placed_on::text AS placed, state";
    @Autowired
    private JdbcTemplate jdbc;

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

@RestController
@CrossOrigin("${ALLOWED_ORIGIN}")
class OrderController {
    @Autowired
    private Orders orders;

    @GetMapping("/orders")
    public List<Map<String, Object>> orders() {
        return orders.all();
    }

    @PostMapping("/orders")
    @ResponseStatus(HttpStatus.CREATED)
    public Map<String, Object> place(@RequestBody Map<String, String> body) {
        return orders.place(body.get("item"));
    }
}
