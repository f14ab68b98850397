package io.auspex.training;

import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import java.util.EnumMap;
import java.util.Map;

/** All heads after training, until closed. */
final class FittedModel implements AutoCloseable {

    private final ModelKind kind;
    private final Map<Head, FittedHead> heads;

    FittedModel(ModelKind kind, Map<Head, FittedHead> heads) {
        this.kind = kind;
        this.heads = new EnumMap<>(heads);
    }

    FittedHead head(Head head) {
        FittedHead fitted = heads.get(head);
        if (fitted == null) {
            throw new IllegalStateException("head " + head.code() + " was not trained");
        }
        return fitted;
    }

    /** {@code [n, heads]} row after row, uncalibrated, by LightGBM's own predictor. */
    double[] rawScores(NativeRows rows) {
        int width = kind.heads().size();
        double[] scores = new double[rows.rows() * width];
        for (Head head : kind.heads()) {
            double[] column = head(head).rawScores(rows);
            for (int i = 0; i < column.length; i++) {
                scores[i * width + head.column()] = column[i];
            }
        }
        return scores;
    }

    Map<Head, LightGbmModel> models() {
        Map<Head, LightGbmModel> models = new EnumMap<>(Head.class);
        heads.forEach((head, fitted) -> models.put(head, fitted.model()));
        return models;
    }

    /** LightGBM's text of each head under a line with the head's name. */
    String text() {
        StringBuilder text = new StringBuilder();
        heads.forEach((head, fitted) ->
                text.append("head=").append(head.code()).append('\n').append(fitted.text()));
        return text.toString();
    }

    @Override
    public void close() {
        heads.values().forEach(FittedHead::close);
    }
}
