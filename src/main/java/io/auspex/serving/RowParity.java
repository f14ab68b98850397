package io.auspex.serving;

import io.auspex.platform.WorkInPieces;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Whether a session gives rows the same bits together as one by one, on this machine. Trees do:
 * they add up a row's leaves in the same order however many rows there are. A matrix product may
 * not: it is computed by another kernel for one row than for many, and adds in another order.
 * Nobody knows for every graph and every processor, so it is tried, in the one shape in which rows
 * are scored together, with every row at every place of it. What fails is scored row by row.
 */
final class RowParity {

    /** Rows that are tried; the probe's own first, then rows mixed of its values. */
    private static final int ROWS = 8 * OnnxSession.TOGETHER_ROWS;

    /** Rows that are tried in every other number; there are many of them. */
    private static final int ROWS_OF_ANY_NUMBER = OnnxSession.TOGETHER_ROWS;

    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * What a row may cost. In a slower model the call is a small part of it: there is little to
     * gain, and the trial would keep its version from serving for a second.
     */
    private static final long MOST_ROW_NANOS =
            MOST_NANOS / (ROWS * (1 + OnnxSession.TOGETHER_ROWS));

    private final WorkInPieces pieces = new WorkInPieces();
    private final OnnxSession session;
    private final List<float[]> rows;
    private final float[][] alone;

    /** Nothing is tried yet. */
    RowParity(OnnxSession session, Probe probe) {
        this.session = session;
        this.rows = rows(probe);
        this.alone = new float[rows.size()][session.heads().size()];
    }

    /** Whether runs of many rows would save enough to try it. */
    static boolean isWorthTrying(long rowNanos) {
        return rowNanos <= MOST_ROW_NANOS;
    }

    /**
     * Tries it; whoever has no patience for it, with a slow model or on a full machine, scores row
     * by row, and says so.
     */
    boolean holds() {
        long start = System.nanoTime();
        for (int i = 0; i < alone.length; i++) {
            session.run(rows.get(i), alone[i]);
            pieces.giveWay();
            if (isOver(start)) {
                return false;
            }
        }
        return holdsAtEveryPlace(OnnxSession.TOGETHER_ROWS, rows.size(), start);
    }

    /**
     * Tries the same of every other number of rows, each row at every place, when it {@link
     * #holds()}. Whoever has no patience for it scores one by one.
     *
     * @param most rows of one run, from 2 on; of {@link OnnxSession#TOGETHER_ROWS} more have been
     *     tried already
     */
    boolean holdsUpTo(int most) {
        long start = System.nanoTime();
        int last = Math.min(most, OnnxSession.TOGETHER_ROWS - 1);
        for (int n = 2; n <= last; n++) {
            if (!holdsAtEveryPlace(n, ROWS_OF_ANY_NUMBER, start)) {
                return false;
            }
        }
        return true;
    }

    /** The first so many rows in runs of {@code n}, each of them at every place. */
    private boolean holdsAtEveryPlace(int n, int tried, long start) {
        for (int first = 0; first < n; first++) {
            if (!holds(n, tried, first) || isOver(start)) {
                return false;
            }
        }
        return true;
    }

    /** The same, the first run beginning with that row. */
    private boolean holds(int n, int tried, int first) {
        float[][] together = new float[n][session.heads().size()];
        for (int done = 0; done < tried; done += n) {
            List<float[]> run = new ArrayList<>(n);
            for (int i = 0; i < n; i++) {
                run.add(rows.get((first + done + i) % tried));
            }
            session.runOnce(run, n, together, 0);
            pieces.giveWay();
            for (int i = 0; i < n; i++) {
                if (!sameBits(alone[(first + done + i) % tried], together[i])) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isOver(long start) {
        return System.nanoTime() - start > MOST_NANOS;
    }

    private static boolean sameBits(float[] one, float[] other) {
        for (int head = 0; head < one.length; head++) {
            if (Float.floatToRawIntBits(one[head]) != Float.floatToRawIntBits(other[head])) {
                return false;
            }
        }
        return true;
    }

    private static List<float[]> rows(Probe probe) {
        List<float[]> rows = new ArrayList<>(ROWS);
        for (int i = 0; i < ROWS; i++) {
            float[] row = probe.row(i % probe.size()).clone();
            // Every feature from another row: values that occur, in company that does not.
            for (int feature = 0; i >= probe.size() && feature < row.length; feature++) {
                row[feature] = probe.row((i * 7 + feature * 13) % probe.size())[feature];
            }
            rows.add(row);
        }
        return rows;
    }
}
