package io.auspex.market;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * A traded instrument as its venue writes it, for example {@code ETHBTC}.
 *
 * @param name 2 to 32 upper-case letters, digits, dots, dashes or underscores
 */
public record Symbol(@JsonValue String name) implements Comparable<Symbol> {

    private static final Pattern VALID = Pattern.compile("[A-Z0-9][A-Z0-9._-]{1,31}");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Symbol {
        if (!VALID.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "symbol must be 2 to 32 of A-Z, 0-9, '.', '_' or '-': '" + name + "'");
        }
    }

    @Override
    public int compareTo(Symbol other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
