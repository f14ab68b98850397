package io.auspex.security;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which role every route, gRPC method and topic needs: {@code access.txt} beside this class. What
 * is not in it is nobody's. Immutable.
 */
public final class AccessTable {

    private static final String RESOURCE = "access.txt";
    private static final String PUBLIC = "public";
    private static final int COLUMNS = 3;

    private final Map<String, Node> byMethod = new HashMap<>();
    private final Map<String, Access> topics = new HashMap<>();
    private final List<Line> lines = new ArrayList<>();

    /**
     * A line as it was written.
     *
     * @param method of HTTP, or WS, GRPC or TOPIC
     */
    public record Line(String method, Access access) {}

    /** One segment of paths. */
    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private @Nullable Node parameter;
        private @Nullable Access access;
    }

    private AccessTable() {}

    /** The one of the service. */
    public static AccessTable load() {
        try (InputStream in = AccessTable.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static AccessTable parse(String text) {
        AccessTable table = new AccessTable();
        text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .forEach(table::add);
        return table;
    }

    /** Every line, in its order. */
    public List<Line> lines() {
        return List.copyOf(lines);
    }

    /**
     * What is said of a call; null when nothing is, which means no. A HEAD is a GET.
     *
     * @param path plain, see {@link PlainPath}
     */
    public @Nullable Access find(String method, String path) {
        Node root = byMethod.get(method.equals("HEAD") ? "GET" : method);
        if (root == null) {
            return null;
        }
        int end = path.length() > 1 && path.endsWith("/") ? path.length() - 1 : path.length();
        return find(root, path, 1, end);
    }

    /** Literal segments before parameters, as routers choose. */
    private static @Nullable Access find(Node node, String path, int start, int end) {
        if (start > end) {
            return node.access;
        }
        int slash = path.indexOf('/', start);
        int stop = slash < 0 || slash > end ? end : slash;
        Node literal = node.literals.get(path.substring(start, stop));
        if (literal != null) {
            Access found = find(literal, path, stop + 1, end);
            if (found != null) {
                return found;
            }
        }
        return node.parameter == null ? null : find(node.parameter, path, stop + 1, end);
    }

    /** What is said of a topic, by its name up to the colon. */
    public Optional<Access> topic(String name) {
        int colon = name.indexOf(':');
        return Optional.ofNullable(topics.get(colon < 0 ? name : name.substring(0, colon)));
    }

    private void add(String line) {
        String[] cells = line.split("\\s+");
        if (cells.length < COLUMNS || cells.length > COLUMNS + 1) {
            throw new IllegalArgumentException("three or four columns are expected: " + line);
        }
        Role role =
                cells[2].equals(PUBLIC)
                        ? null
                        : Role.of(cells[2])
                                .orElseThrow(() ->
                                        new IllegalArgumentException("no such role: " + line));
        String action = cells.length > COLUMNS ? cells[COLUMNS] : null;
        Access access = new Access(cells[1], role, action, cells[0].equals("WS"));
        lines.add(new Line(cells[0], access));
        switch (cells[0]) {
            case "TOPIC" -> put(topics.putIfAbsent(cells[1], access), line);
            case "GRPC" -> put("POST", "/" + cells[1], access, line);
            case "WS" -> put("GET", cells[1], access, line);
            default -> put(cells[0], cells[1], access, line);
        }
    }

    private void put(String method, String path, Access access, String line) {
        Node node = byMethod.computeIfAbsent(method, _ -> new Node());
        for (String segment : path.substring(1).split("/")) {
            if (segment.startsWith("{")) {
                Node next = node.parameter == null ? new Node() : node.parameter;
                node.parameter = next;
                node = next;
            } else {
                node = node.literals.computeIfAbsent(segment, _ -> new Node());
            }
        }
        put(node.access, line);
        node.access = Objects.requireNonNull(access);
    }

    private static void put(@Nullable Access before, String line) {
        if (before != null) {
            throw new IllegalArgumentException("declared twice: " + line);
        }
    }
}
