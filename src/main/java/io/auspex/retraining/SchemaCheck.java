package io.auspex.retraining;

import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.market.Symbol;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.retraining.GateCase.Check;
import java.util.Collection;

/** Whether a candidate's features are those that its model declares, and can be computed. */
final class SchemaCheck {

    private SchemaCheck() {}

    /**
     * @param symbols of the market as it runs
     */
    static Check check(ModelSpec spec, FeatureSchema schema, Collection<Symbol> symbols) {
        try {
            FeatureSchema declared =
                    spec.kind().expectedFeatures().orElseGet(() -> spec.features().schema(symbols));
            if (!declared.equals(schema)) {
                return new Check.Broken(
                        "its schema %s (%d features) is not the declared %s (%d features)"
                                .formatted(
                                        schema.hash(),
                                        schema.size(),
                                        declared.hash(),
                                        declared.size()));
            }
            if (spec.kind() == ModelKind.MARKET) {
                var _ = new FeatureEngine(schema);
            }
            return new Check.Passed();
        } catch (IllegalArgumentException incomputable) {
            return new Check.Broken("its schema cannot be computed: " + incomputable.getMessage());
        }
    }
}
