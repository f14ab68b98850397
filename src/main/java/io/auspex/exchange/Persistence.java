package io.auspex.exchange;

import io.auspex.ingest.FeedListener;
import io.auspex.ingest.FeedNews;
import io.auspex.platform.Backoff;
import java.util.random.RandomGenerator;

/** Asks again until there is an answer, with growing pauses, and says why it waits. */
final class Persistence {

    /** A question to the exchange. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws InterruptedException, ExchangeUnavailableException;
    }

    private final Backoff backoff;
    private final Ticks ticks;
    private final RandomGenerator random;
    private final FeedListener listener;

    Persistence(Backoff backoff, Ticks ticks, RandomGenerator random, FeedListener listener) {
        this.backoff = backoff;
        this.ticks = ticks;
        this.random = random;
        this.listener = listener;
    }

    <T> T until(Question<T> question) throws InterruptedException {
        for (int failures = 1; true; failures++) {
            try {
                T answer = question.ask();
                if (failures > 1) {
                    listener.onNews(new FeedNews.Connected());
                }
                return answer;
            } catch (ExchangeUnavailableException unavailable) {
                listener.onNews(new FeedNews.Waiting(String.valueOf(unavailable.getMessage())));
                ticks.sleep(backoff.after(failures, random));
            }
        }
    }
}
