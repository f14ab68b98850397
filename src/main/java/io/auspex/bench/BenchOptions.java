package io.auspex.bench;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** {@code --name=value} arguments. */
record BenchOptions(Map<String, String> values) {

    static BenchOptions of(String... arguments) {
        Map<String, String> values = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (!argument.startsWith("--") || equals < 0) {
                throw new IllegalArgumentException(
                        "options look like --name=value: '" + argument + "'");
            }
            values.put(argument.substring(2, equals), argument.substring(equals + 1));
        }
        return new BenchOptions(Map.copyOf(values));
    }

    /** Refuses options that the bench does not have. */
    BenchOptions only(String... names) {
        for (String name : values.keySet()) {
            if (!Set.of(names).contains(name)) {
                throw new IllegalArgumentException("unknown option --" + name);
            }
        }
        return this;
    }

    /** A whole number of at least {@code least}. */
    int number(String name, int standard, int least) {
        String value = values.get(name);
        if (value == null) {
            return standard;
        }
        int number;
        try {
            number = Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "--" + name + " must be a number: '" + value + "'", e);
        }
        if (number < least) {
            throw new IllegalArgumentException("--" + name + " must be at least " + least);
        }
        return number;
    }

    String text(String name, String standard) {
        return values.getOrDefault(name, standard);
    }
}
