package io.auspex.deployment;

import io.auspex.platform.Json;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.Buffer;
import java.nio.channels.Channel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What the static fields of our classes hold when these have just been initialised, as far as it
 * can be followed: a native executable takes it over from the process that builds it, and must not
 * find there what belongs to a process.
 */
final class StaticFields {

    /** Packages whose classes are initialised when the executable starts, by Quarkus or by us. */
    private static final List<String> OF_A_PROCESS =
            List.of(
                    "io.netty.buffer.",
                    "io.netty.channel.",
                    "io.vertx.core.buffer.",
                    "ai.onnxruntime.",
                    "com.microsoft.ml.lightgbm.");

    private static final int DEPTH = 24;

    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<String> found = new ArrayList<>();

    /** Prints a line for each find, and one more that says how many objects there were. */
    public static void main(String... arguments) throws Exception {
        StaticFields fields = new StaticFields();
        for (Class<?> type : ourClasses()) {
            fields.of(type);
        }
        fields.found.forEach(System.out::println);
        System.out.println("looked at " + fields.seen.size() + " objects");
    }

    List<String> found() {
        return found;
    }

    private void of(Class<?> type) throws IllegalAccessException {
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && isFollowed(field)) {
                follow(type.getName() + "." + field.getName(), field.get(null));
            }
        }
    }

    void follow(String path, @Nullable Object held) throws IllegalAccessException {
        follow(path, held, 0);
    }

    private void follow(String path, @Nullable Object held, int depth)
            throws IllegalAccessException {
        // Quarkus makes loggers fit for it.
        if (held == null || held instanceof Logger || depth > DEPTH || !seen.add(held)) {
            return;
        }
        if (isOfAProcess(held)) {
            found.add(path + ": " + held.getClass().getName());
            return;
        }
        switch (held) {
            case Collection<?> items -> {
                for (Object item : items) {
                    follow(path + "[]", item, depth + 1);
                }
            }
            case Map<?, ?> map -> {
                follow(path + ".keys", new ArrayList<>(map.keySet()), depth + 1);
                follow(path + ".values", new ArrayList<>(map.values()), depth + 1);
            }
            case Optional<?> optional -> follow(path + "?", optional.orElse(null), depth + 1);
            case AtomicReference<?> reference -> follow(path + "?", reference.get(), depth + 1);
            default -> followParts(path, held, depth);
        }
    }

    private void followParts(String path, Object held, int depth) throws IllegalAccessException {
        Class<?> type = held.getClass();
        if (type.isArray()) {
            int length = type.getComponentType().isPrimitive() ? 0 : Array.getLength(held);
            for (int i = 0; i < length; i++) {
                follow(path + "[]", Array.get(held, i), depth + 1);
            }
            return;
        }
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && isFollowed(field)) {
                    follow(path + "." + field.getName(), field.get(held), depth + 1);
                }
            }
        }
    }

    /** What the module system hides belongs to Java itself, which is made for it. */
    private static boolean isFollowed(Field field) {
        return !field.getType().isPrimitive() && field.trySetAccessible();
    }

    private static boolean isOfAProcess(Object held) {
        return held instanceof Random
                || held instanceof Thread
                || held instanceof Executor
                || held instanceof Process
                || held instanceof Channel
                || held instanceof Connection
                || (held instanceof Buffer buffer && buffer.isDirect())
                || (held instanceof MemorySegment memory && memory.isNative())
                || OF_A_PROCESS.stream().anyMatch(held.getClass().getName()::startsWith);
    }

    /** All but the benches, which no native executable runs. Initialised. */
    private static List<Class<?>> ourClasses()
            throws IOException, ClassNotFoundException, URISyntaxException {
        Path root = Path.of(Json.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root.resolve("io/auspex"))) {
            for (Path file : files.sorted().toList()) {
                String name = root.relativize(file).toString().replace('/', '.');
                if (name.endsWith(".class")
                        && !name.startsWith("io.auspex.bench.")
                        && !name.endsWith("package-info.class")) {
                    classes.add(
                            Class.forName(name.substring(0, name.length() - ".class".length())));
                }
            }
        }
        return classes;
    }
}
