package io.auspex.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What must be so in the database whenever one looks, also while the service is dead. It remembers
 * what it saw: a refit that has ended and a signal that was published never change, and a model
 * that had a champion has one.
 */
final class KillsAudit {

    /** Each finds rows that must not be there; the first column says which. */
    private static final Map<String, String> NEVER = new LinkedHashMap<>();

    static {
        NEVER.put(
                "a champion that is no promoted version with the bytes of its hash",
                """
                select m.name || ' v' || m.champion from model m
                left join model_version v on v.model = m.name and v.version = m.champion
                left join artefact a on a.sha256 = v.sha256
                where m.champion is not null and (v.state is distinct from 'PROMOTED'
                    or a.content is null or encode(sha256(a.content), 'hex') <> v.sha256)
                """);
        NEVER.put(
                "a version without its bytes or its report",
                """
                select v.model || ' v' || v.version from model_version v
                left join artefact a on a.sha256 = v.sha256
                where a.sha256 is null or encode(sha256(a.content), 'hex') <> a.sha256
                    or jsonb_typeof(v.report -> 'data') is distinct from 'object'
                    or jsonb_typeof(v.report -> 'evidence') is distinct from 'object'
                """);
        NEVER.put(
                "a refit with two versions that count",
                """
                select v.origin from model_version v where v.origin like 'refit:%'
                and v.state <> 'REJECTED' group by v.model, v.origin having count(*) > 1
                """);
        NEVER.put(
                "a version promoted twice by the gate",
                """
                select model || ' v' || version from promotion where kind = 'PROMOTION'
                group by model, version having count(*) > 1
                """);
        NEVER.put(
                "an end of a refit that its version does not know of",
                """
                select 'refit ' || j.id from refit_job j
                left join model_version v on v.model = j.model and v.version = j.version
                where j.state = 'SUCCEEDED' and (v.state is distinct from j.decision
                    or v.origin is distinct from 'refit:' || j.id)
                """);
        NEVER.put(
                "a version left undecided by a refit that has ended",
                """
                select v.model || ' v' || v.version from model_version v
                join refit_job j on v.origin = 'refit:' || j.id
                where v.state = 'CANDIDATE' and j.state = 'SUCCEEDED'
                """);
        NEVER.put(
                "a promotion by a refit that did not succeed",
                """
                select 'refit ' || j.id from model_version v
                join refit_job j on v.origin = 'refit:' || j.id
                where v.state = 'PROMOTED' and j.state in ('FAILED', 'CANCELLED')
                """);
        NEVER.put(
                "more attempts than allowed, or an end without an attempt",
                """
                select 'refit ' || id from refit_job where attempt > max_attempts
                    or (attempt = 0 and state in ('RUNNING', 'SUCCEEDED', 'FAILED'))
                    or (state = 'RUNNING') <> (owner is not null)
                    or (state = 'FAILED' and reason is null)
                """);
        NEVER.put(
                "a ledger with a gap, or with another end than its head",
                """
                select 'head ' || h.seq from ledger_head h, lateral (
                    select count(*) as signals, coalesce(min(seq), 1) as least,
                        coalesce(max(seq), 0) as most,
                        count(*) filter (where epoch <> h.epoch) as strangers
                    from signal) s
                where s.signals <> h.seq or s.most <> h.seq or s.least <> 1 or s.strangers > 0
                """);
        NEVER.put(
                "a close without its signal",
                """
                select symbol || ' ' || close_time from (select symbol, close_time, close_time -
                    lag(close_time) over (partition by model, symbol order by close_time) as step
                    from signal) steps where step <> 300000
                """);
    }

    private static final String FINISHED =
            """
            select id, concat_ws(' ', state, decision, version, attempt, finished_at)
            from refit_job where finished_at is not null
            """;

    private static final String PREFIX =
            "select coalesce(md5(string_agg(md5(s::text), '' order by seq)), '') from signal s where seq <= ?";

    private final Map<Long, String> ended = new HashMap<>();
    private boolean crowned;
    private long head;
    private String prefix = "";

    /** Everything that is wrong now; nothing, it is hoped. */
    List<String> complaints(Connection database) throws SQLException {
        List<String> found = new ArrayList<>();
        for (Map.Entry<String, String> rule : NEVER.entrySet()) {
            strings(database, rule.getValue())
                    .forEach(which -> found.add(rule.getKey() + ": " + which));
        }
        champion(database, found);
        ends(database, found);
        ledger(database, found);
        return found;
    }

    /** Jobs that have not ended. */
    static long open(Connection database) throws SQLException {
        return number(
                database, "select count(*) from refit_job where state in ('QUEUED', 'RUNNING')");
    }

    static long number(Connection database, String sql) throws SQLException {
        return Long.parseLong(strings(database, sql).getFirst());
    }

    private void champion(Connection database, List<String> found) throws SQLException {
        long without = number(database, "select count(*) from model where champion is null");
        if (crowned && without > 0) {
            found.add("a model has lost its champion");
        }
        crowned = without == 0;
    }

    private void ends(Connection database, List<String> found) throws SQLException {
        Map<Long, String> now = new HashMap<>();
        try (PreparedStatement statement = database.prepareStatement(FINISHED);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                now.put(rows.getLong(1), rows.getString(2));
            }
        }
        ended.forEach((id, end) -> {
            if (!end.equals(now.get(id))) {
                found.add("refit %d ended as %s, and now: %s".formatted(id, end, now.get(id)));
            }
        });
        ended.putAll(now);
    }

    private void ledger(Connection database, List<String> found) throws SQLException {
        if (!prefix.equals(prefix(database, head))) {
            found.add("the first " + head + " signals are not what they were");
        }
        head = number(database, "select seq from ledger_head");
        prefix = prefix(database, head);
    }

    private static String prefix(Connection database, long head) throws SQLException {
        if (head == 0) {
            return "";
        }
        try (PreparedStatement statement = database.prepareStatement(PREFIX)) {
            statement.setLong(1, head);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    static List<String> strings(Connection database, String sql) throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        }
    }
}
