import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.*;
import org.springframework.web.servlet.DispatcherServlet;

/** What Spring Boot's SpringApplication.run() does. */
public class Main {
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
