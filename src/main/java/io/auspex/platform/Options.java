package io.auspex.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The options of the command line: {@code --name=value} is the property {@code auspex.name} and the
 * environment variable {@code AUSPEX_NAME}. Which there are, with their defaults, is the table
 * {@code options.txt} beside this class.
 */
final class Options {

    /**
     * One line of the table.
     *
     * @param name without the leading dashes
     * @param defaultValue empty when there is none
     */
    record Option(String name, String defaultValue, String description) {

        /** Name of the environment variable. */
        String variable() {
            return "AUSPEX_" + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        }
    }

    /** What a command line turned out to say. */
    sealed interface Parsed {

        /** Property names and values. */
        record Run(Map<String, String> properties) implements Parsed {}

        /** Somebody wants to know. */
        record Help() implements Parsed {}

        /** It cannot be understood. */
        record Refused(String reason) implements Parsed {}
    }

    private static final String TABLE = "options.txt";

    private Options() {}

    static Parsed parse(List<String> arguments) {
        List<Option> known = table();
        Map<String, String> properties = new LinkedHashMap<>();
        for (String argument : arguments) {
            if (argument.equals("--help") || argument.equals("-h")) {
                return new Parsed.Help();
            }
            if (!argument.startsWith("--")) {
                return new Parsed.Refused(
                        "'" + argument + "' is not an option; options look like --name=value");
            }
            int equals = argument.indexOf('=');
            String name = argument.substring(2, equals < 0 ? argument.length() : equals);
            if (known.stream().noneMatch(option -> option.name().equals(name))) {
                return new Parsed.Refused("there is no option --" + name);
            }
            if (equals < 0) {
                return new Parsed.Refused("--" + name + " needs a value: --" + name + "=...");
            }
            properties.put("auspex." + name, argument.substring(equals + 1));
        }
        return new Parsed.Run(properties);
    }

    /** The whole table, in its order. */
    static List<Option> table() {
        try (InputStream in = Options.class.getResourceAsStream(TABLE)) {
            if (in == null) {
                throw new IllegalStateException(TABLE + " is missing");
            }
            List<Option> options = new ArrayList<>();
            for (String line :
                    new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    String[] cells = line.split("\\|", 3);
                    options.add(new Option(cells[0].strip(), cells[1].strip(), cells[2].strip()));
                }
            }
            return List.copyOf(options);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The table for a reader at a terminal. */
    static String help() {
        StringBuilder text = new StringBuilder("Options, each also an environment variable");
        text.append(" (--feed is AUSPEX_FEED, --database.url is AUSPEX_DATABASE_URL):\n");
        for (Option option : table()) {
            text.append(
                    "  %-28s %s".formatted("--" + option.name() + "=...", option.description()));
            if (!option.defaultValue().isEmpty()) {
                text.append(" (").append(option.defaultValue()).append(')');
            }
            text.append('\n');
        }
        return text.toString();
    }
}
