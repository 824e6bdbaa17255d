import com.sun.net.httpserver.*;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.*;
import java.util.Map;
import java.util.concurrent.Executors;

/** The shop's orders: JDBC and HikariCP. Its helper is Visitor.java. PostgreSQL writes and reads the JSON. */
public class Server {
    static final String ORDER = "id AS \"order\", item, placed_on::text AS placed, state";
    /** No WHERE: whose orders they are is the policy's business. */
    static final String ORDERS = "SELECT coalesce(json_agg(o), '[]') FROM (SELECT " + ORDER + " FROM orders ORDER BY id) o";
    static final String PLACE_ORDER = "WITH o AS (INSERT INTO orders (item) VALUES (?::json ->> 'item') RETURNING "
        + ORDER + ") SELECT to_json(o), item FROM o";
    static final HikariDataSource pool = new HikariDataSource();

    static String orders(String token) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            ResultSet orders = Visitor.query(connection, token, ORDERS);
            orders.next();
            return orders.getString(1);
        }
    }

    static String placeOrder(String token, String body) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false); // what is not committed is rolled back when HikariCP has it again
            ResultSet order = Visitor.query(connection, token, PLACE_ORDER, body);
            order.next();
            if (order.getString("item").equals("The Moon")) throw new IllegalStateException("the warehouse has none");
            connection.commit();
            return order.getString(1);
        }
    }

    record Answer(int status, String body) {}

    static Answer answer(HttpExchange exchange) throws SQLException, IOException {
        // "Bearer TOKEN"; anything else is no token, and the database says so
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        String token = header == null ? null : header.replaceFirst("^(?i:Bearer) +\\b", "");
        String body = new String(exchange.getRequestBody().readNBytes(65536), StandardCharsets.UTF_8);
        return switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
            case "GET /orders" -> new Answer(200, orders(token));
            case "POST /orders" -> new Answer(201, placeOrder(token, body));
            case "OPTIONS /orders" -> new Answer(204, "");
            default -> new Answer(404, "");
        };
    }

    static int statusOf(Exception error) { // 401: the theme's script fetches a new token, and tries once more
        if (!(error instanceof SQLException refused)) return 500;
        String state = refused.getSQLState() == null ? "08006" : refused.getSQLState();
        return switch (state.substring(0, 2)) {
            case "28" -> state.matches("28J0[13]") ? 401 : state.startsWith("28J") ? 403 : 503;
            case "22", "23" -> 400;
            case "08", "53", "57" -> 503;
            default -> state.equals("42501") ? 403 : 500;
        };
    }

    static void serve(HttpExchange exchange) throws IOException {
        Answer answer;
        try {
            answer = answer(exchange);
        } catch (Exception error) {
            System.err.println(error);
            answer = new Answer(statusOf(error), "");
        }
        Headers headers = exchange.getResponseHeaders();
        headers.set("Access-Control-Allow-Origin", System.getenv("ALLOWED_ORIGIN"));
        headers.set("Access-Control-Allow-Methods", "GET, POST");
        headers.set("Access-Control-Allow-Headers", "Authorization, Content-Type");
        headers.set("Cache-Control", "no-store");
        headers.set("Content-Type", "application/json");
        if (answer.status == 401) headers.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
        byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    public static void main(String[] arguments) throws IOException {
        Map<String, String> env = System.getenv();
        pool.setJdbcUrl("jdbc:postgresql://" + env.get("PGHOST") + ":" + env.get("PGPORT") + "/" + env.get("PGDATABASE"));
        pool.setUsername(env.get("PGUSER"));
        pool.setPassword(env.get("PGPASSWORD"));
        pool.addDataSourceProperty("sslmode", env.getOrDefault("PGSSLMODE", "prefer"));
        // off: no statement is kept by name, for PgBouncer before 1.21
        pool.addDataSourceProperty("prepareThreshold", "off".equals(env.get("PREPARE")) ? "0" : "5");
        pool.setMaximumPoolSize(4);
        pool.setConnectionTimeout(5000);
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(env.get("PORT")));
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/", Server::serve);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
    }
}
