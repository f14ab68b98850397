package io.auspex.serving;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Files whose rows had the same bits together when they were loaded before, in this process and so
 * on this machine, by {@link RowParity}: whoever goes back to one need not try it again, and a
 * rollback is as short as it can be. What failed is not remembered: on a full machine it may have
 * been for want of time. Bounded, the file that was asked for least recently goes first;
 * thread-safe.
 */
final class ParityMemory {

    /** Files that are remembered, a few dozen bytes each. */
    static final int MOST = 256;

    private final Map<String, Integer> requestRows =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
                    return size() > MOST;
                }
            };

    /**
     * Whether all numbers of rows up to that one have been seen to hold.
     *
     * @param sha256 of the file's bytes, in hexadecimal
     */
    synchronized boolean holds(String sha256, int rows) {
        return requestRows.getOrDefault(sha256, 0) >= rows;
    }

    /** They have: rows of a close, and every number of rows up to that one. */
    synchronized void held(String sha256, int rows) {
        requestRows.merge(sha256, rows, Math::max);
    }
}
