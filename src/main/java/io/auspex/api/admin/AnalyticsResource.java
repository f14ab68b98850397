package io.auspex.api.admin;

import io.auspex.ensemble.TradeResult;
import io.auspex.ensemble.TradeResults;
import io.auspex.ensemble.TradeResults.Filter;
import io.auspex.ensemble.TradeResults.Group;
import io.auspex.ensemble.TradeResults.Grouping;
import io.auspex.model.TradeStatistics;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The trades that members made on paper in sessions, one by one or in groups, as JSON or CSV. */
@Path("/api/analytics/trades")
@Tag(name = "Ensemble")
public class AnalyticsResource {

    private static final String CSV = "text/csv";
    private static final String NEXT = "Next-After";
    private static final int DEFAULT_PAGE = 100;

    private final TradeResults results;

    AnalyticsResource(TradeResults results) {
        this.results = results;
    }

    /**
     * Either trades or groups.
     *
     * @param trades null when groups were asked for
     * @param nextAfter give it as {@code after} for the next page; null on the last one
     * @param groups null when trades were asked for
     */
    @Schema(name = "TradeAnalytics")
    @RegisterForReflection
    record Analytics(
            @Nullable List<TradeResult> trades,
            @Nullable Long nextAfter,
            @Nullable List<Group> groups) {}

    @GET
    @Produces({MediaType.APPLICATION_JSON, CSV})
    @Operation(
            summary = "Trades of sessions, filtered; with group_by their figures by group",
            description =
                    "Without group_by in pages: give next_after (of CSV the header Next-After) as"
                            + " after for the next one. CSV has the same columns.")
    @APIResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = Analytics.class)),
                @Content(mediaType = CSV)
            })
    @APIResponse(responseCode = "400", description = "invalid-parameter, too-many-trades")
    public Uni<Response> trades(
            @QueryParam("session_id") @Nullable String session,
            @QueryParam("member") @Nullable String member,
            @QueryParam("symbol") @Nullable String symbol,
            @Parameter(description = "LONG or SHORT") @QueryParam("direction")
                    @Nullable String direction,
            @Parameter(description = "earliest exit, ISO 8601") @QueryParam("from")
                    @Nullable String from,
            @Parameter(description = "latest exit, ISO 8601") @QueryParam("to") @Nullable String to,
            @Parameter(description = "member, symbol, hour (of the exit, UTC) or direction")
                    @QueryParam("group_by")
                    @Nullable String groupBy,
            @Parameter(description = "an id; only later trades") @QueryParam("after")
                    @Nullable String after,
            @Parameter(description = "1 to 10000; 100 without it") @QueryParam("limit")
                    @Nullable String limit,
            @Parameter(description = "json or csv; json without it") @QueryParam("format")
                    @Nullable String format) {
        boolean csv = isCsv(format);
        Filter filter =
                new Filter(
                        session,
                        member,
                        symbol == null ? null : TradesResource.symbol(symbol),
                        direction == null ? null : TradesResource.direction(direction),
                        from == null ? Instant.EPOCH : TradesResource.time("from", from),
                        to == null
                                ? Instant.ofEpochMilli(Long.MAX_VALUE)
                                : TradesResource.time("to", to));
        if (groupBy != null) {
            return results.groups(filter, Grouping.of(groupBy))
                    .map(groups ->
                            csv
                                    ? text(groupsAsCsv(groups), null)
                                    : json(new Analytics(null, null, groups)));
        }
        int most =
                limit == null
                        ? DEFAULT_PAGE
                        : Math.toIntExact(
                                Math.min(Integer.MAX_VALUE, QueryNumbers.whole("limit", limit)));
        return results.page(filter, after == null ? 0 : QueryNumbers.whole("after", after), most)
                .map(page -> page(page, most, csv));
    }

    private static Response page(List<TradeResult> page, int most, boolean csv) {
        Long next = page.size() < most ? null : (Long) page.getLast().id();
        return csv ? text(tradesAsCsv(page), next) : json(new Analytics(page, next, null));
    }

    private static Response json(Analytics analytics) {
        return Response.ok(analytics, MediaType.APPLICATION_JSON).build();
    }

    private static Response text(String csv, @Nullable Long next) {
        Response.ResponseBuilder response = Response.ok(csv, CSV + ";charset=UTF-8");
        return (next == null ? response : response.header(NEXT, next)).build();
    }

    private static String tradesAsCsv(List<TradeResult> trades) {
        return "id,session_id,number,member,symbol,direction,entry_time,entry_price,exit_time,"
                + "exit_price,pnl,pnl_percent,confidence,exit_reason,gain,weight_before,weight_after\n"
                + trades.stream().map(AnalyticsResource::line).collect(Collectors.joining());
    }

    private static String line(TradeResult trade) {
        return line(
                trade.id(),
                trade.sessionId(),
                trade.number(),
                trade.member(),
                trade.symbol(),
                trade.direction(),
                trade.entryTime(),
                trade.entryPrice(),
                trade.exitTime(),
                trade.exitPrice(),
                trade.pnl(),
                trade.pnlPercent(),
                trade.confidence(),
                trade.metadata().path("exit_reason").asText(),
                trade.metadata().path("gain").asText(),
                trade.metadata().path("weight_before").asText(),
                trade.metadata().path("weight_after").asText());
    }

    private static String groupsAsCsv(List<Group> groups) {
        return "key,trades,wins,win_rate,total_pnl,average_pnl,sharpe,sortino,max_drawdown,"
                + "profit_factor,expectancy,expectancy_ratio\n"
                + groups.stream()
                        .map(group -> line(group.key(), group.statistics()))
                        .collect(Collectors.joining());
    }

    private static String line(String key, TradeStatistics s) {
        return line(
                key,
                s.trades(),
                s.wins(),
                s.winRate(),
                s.totalPnl(),
                s.averagePnl(),
                s.sharpe(),
                s.sortino(),
                s.maxDrawdown(),
                s.profitFactor(),
                s.expectancy(),
                s.expectancyRatio());
    }

    /** Names, numbers and times alone: nothing that CSV would have to quote. */
    private static String line(@Nullable Object... values) {
        return Arrays.stream(values)
                        .map(value -> Objects.toString(value, ""))
                        .collect(Collectors.joining(","))
                + "\n";
    }

    private static boolean isCsv(@Nullable String format) {
        return switch (Objects.requireNonNullElse(format, "json")) {
            case "json" -> false;
            case "csv" -> true;
            default -> throw QueryNumbers.invalid("format must be json or csv: '" + format + "'");
        };
    }
}
