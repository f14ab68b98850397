package io.auspex.backtest;

import io.auspex.backtest.BacktestReport.MonthRow;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Plots as SVG to be put into a page whose style sheet colours them. No more points than pixels:
 * the size of a plot does not grow with the period.
 */
final class Plot {

    private static final int WIDTH = 1_000;
    private static final int LEFT = 76;
    private static final int RIGHT = 12;
    private static final int TOP = 10;
    private static final int BOTTOM = 24;
    private static final int GRID_LINES = 4;
    private static final int DATES = 6;
    private static final int WIDEST_BAR = 60;

    private Plot() {}

    /**
     * One curve, or two.
     *
     * @param second empty for none
     */
    static String lines(List<LocalDate> days, double[] first, double[] second) {
        Scale scale = Scale.of(300, first, second);
        StringBuilder svg = begin(scale, days);
        if (second.length > 0) {
            path(svg, "two", scale, second, false);
        }
        path(svg, "one", scale, first, false);
        return svg.append("</svg>").toString();
    }

    /** A curve below zero, filled. */
    static String area(List<LocalDate> days, double[] values) {
        Scale scale = Scale.of(160, values, new double[] {0});
        StringBuilder svg = begin(scale, days);
        path(svg, "area", scale, values, true);
        return svg.append("</svg>").toString();
    }

    /** The return of each month. */
    static String bars(List<MonthRow> months) {
        if (months.isEmpty()) {
            return "";
        }
        double[] values = months.stream().mapToDouble(MonthRow::equityReturn).toArray();
        Scale scale = Scale.of(180, values, new double[] {0});
        StringBuilder svg = begin(scale, List.of());
        double step = (double) (WIDTH - LEFT - RIGHT) / values.length;
        double width = Math.min(step * 0.7, WIDEST_BAR);
        for (int i = 0; i < values.length; i++) {
            double top = scale.y(Math.max(0, values[i]));
            double height = Math.max(0.5, Math.abs(scale.y(values[i]) - scale.y(0)));
            svg.append(
                    format(
                            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s</title></rect>",
                            values[i] >= 0 ? "up" : "down",
                            LEFT + (i + 0.5) * step - width / 2,
                            top,
                            width,
                            height,
                            months.get(i).month()));
            if (step > 60 || i % (int) Math.ceil(60 / step) == 0) {
                svg.append(
                        format(
                                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                                LEFT + (i + 0.5) * step, scale.height - 6, months.get(i).month()));
            }
        }
        return svg.append("</svg>").toString();
    }

    /** Where the backtest lies among the random draws: their middle half, 90 %, and it. */
    static String draws(RandomComparison random) {
        List<Double> quantiles = random.quantiles();
        double low = Math.min(quantiles.getFirst(), random.meanReturn());
        double high = Math.max(quantiles.getLast(), random.meanReturn());
        double pad = Math.max(1e-9, (high - low) * 0.08);
        double from = low - pad;
        double width = high + pad - from;
        StringBuilder svg =
                new StringBuilder(
                        "<svg viewBox=\"0 0 1000 80\" role=\"img\" aria-label=\"random draws\">");
        double[] x = new double[quantiles.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = LEFT + (WIDTH - LEFT - RIGHT) * (quantiles.get(i) - from) / width;
        }
        double own = LEFT + (WIDTH - LEFT - RIGHT) * (random.meanReturn() - from) / width;
        svg.append(
                format(
                        "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"30\" y2=\"30\"/>",
                        x[0], x[4]));
        svg.append(
                format(
                        "<rect class=\"box\" x=\"%.1f\" y=\"18\" width=\"%.1f\" height=\"24\"/>",
                        x[1], Math.max(1, x[3] - x[1])));
        svg.append(
                format(
                        "<line class=\"grid\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"18\" y2=\"42\"/>",
                        x[2]));
        svg.append(
                format(
                        "<line class=\"mark\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"8\" y2=\"52\"/>",
                        own));
        svg.append(
                format(
                        "<text x=\"%.1f\" y=\"70\" text-anchor=\"middle\">this: %+.3f %%</text>",
                        Math.clamp(own, 70, WIDTH - 70.0), 100 * random.meanReturn()));
        svg.append("<text x=\"4\" y=\"34\">random</text>");
        return svg.append("</svg>").toString();
    }

    private static StringBuilder begin(Scale scale, List<LocalDate> days) {
        StringBuilder svg =
                new StringBuilder(
                        format(
                                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"plot\">",
                                WIDTH, scale.height));
        for (int i = 0; i <= GRID_LINES; i++) {
            double value = scale.low + (scale.high - scale.low) * i / GRID_LINES;
            svg.append(
                    format(
                            "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                            LEFT,
                            WIDTH - RIGHT,
                            scale.y(value),
                            scale.y(value),
                            LEFT - 8,
                            scale.y(value) + 4,
                            scale.label(value)));
        }
        int labels = Math.min(DATES, days.size());
        for (int i = 0; i < labels; i++) {
            int day = labels == 1 ? 0 : (int) ((long) i * (days.size() - 1) / (labels - 1));
            svg.append(
                    format(
                            "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>",
                            x(day, days.size()),
                            scale.height - 6,
                            i == 0 ? "start" : i == labels - 1 ? "end" : "middle",
                            days.get(day)));
        }
        return svg;
    }

    private static void path(
            StringBuilder svg, String style, Scale scale, double[] values, boolean closed) {
        List<Integer> shown = shown(values.length);
        svg.append("<path class=\"").append(style).append("\" d=\"");
        if (closed) {
            svg.append(format("M%.1f %.1f", x(0, values.length), scale.y(0)));
        }
        for (int i = 0; i < shown.size(); i++) {
            int at = shown.get(i);
            svg.append(
                    format(
                            "%s%.1f %.1f",
                            i == 0 && !closed ? "M" : "L",
                            x(at, values.length),
                            scale.y(values[at])));
        }
        if (closed) {
            svg.append(format("L%.1f %.1fZ", x(values.length - 1, values.length), scale.y(0)));
        }
        svg.append("\"/>");
    }

    private static List<Integer> shown(int points) {
        int step = Math.max(1, (points + WIDTH - 1) / WIDTH);
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < points; i += step) {
            shown.add(i);
        }
        if (!shown.isEmpty() && shown.getLast() != points - 1) {
            shown.add(points - 1);
        }
        return shown;
    }

    private static double x(int index, int points) {
        return LEFT + (double) (WIDTH - LEFT - RIGHT) * index / Math.max(1, points - 1);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    /** From values to pixels. */
    private record Scale(int height, double low, double high) {

        static Scale of(int height, double[] first, double[] second) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (double[] values : List.of(first, second)) {
                for (double value : values) {
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
            }
            double pad = Math.max((high - low) * 0.05, Math.abs(high) * 1e-6 + 1e-9);
            // A curve that ends at zero keeps it as its edge.
            return new Scale(height, low == 0 ? 0 : low - pad, high == 0 ? 0 : high + pad);
        }

        double y(double value) {
            return height - BOTTOM - (height - TOP - BOTTOM) * (value - low) / (high - low);
        }

        String label(double value) {
            return Math.max(Math.abs(low), Math.abs(high)) < 20
                    ? Plot.format("%.1f %%", 100 * value)
                    : Plot.format("%,.0f", value);
        }
    }
}
