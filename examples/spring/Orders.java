import java.util.List;
import java.util.Map;

/** What the proxy of a @Transactional class is made from here. Spring Boot makes it from the class itself. */
interface Orders {
    List<Map<String, Object>> all();
    Map<String, Object> place(String item);
}
