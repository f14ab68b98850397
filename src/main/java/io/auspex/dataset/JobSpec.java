package io.auspex.dataset;

import io.auspex.features.FeatureSchema;
import io.auspex.market.Symbol;
import io.auspex.model.ModelSpec;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code job.json}: what is to be trained, on which candles.
 *
 * @param schema the columns of {@code features.npy}
 * @param symbols what the numbers in {@code groups.npy} stand for
 * @param dataSha256 64 hexadecimal digits over the candles used, as {@link TrainingSetBuilder}
 *     computes them
 */
public record JobSpec(
        ModelSpec spec, long seed, FeatureSchema schema, List<Symbol> symbols, String dataSha256) {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public JobSpec {
        symbols = List.copyOf(symbols);
        if (symbols.isEmpty() || new HashSet<>(symbols).size() != symbols.size()) {
            throw new IllegalArgumentException("symbols must be unique, at least one: " + symbols);
        }
        if (!SHA256.matcher(dataSha256).matches()) {
            throw new IllegalArgumentException(
                    "data_sha256 must be 64 hexadecimal digits: '" + dataSha256 + "'");
        }
    }
}
