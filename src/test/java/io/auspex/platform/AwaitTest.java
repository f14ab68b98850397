package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class AwaitTest {

    @Inject Pool pool;
    @Inject Vertx vertx;

    @Test
    void databaseWorkRunsOnALoopThatAnswersNoRequests() {
        String begins = Await.item(() -> Uni.createFrom().item(AwaitTest::thread));
        String goesOn = Await.item(() -> pool.query("select 1").execute().map(_ -> thread()));
        assertThat(begins).isEqualTo("auspex-background-loop");
        assertThat(goesOn).isEqualTo("auspex-background-loop");
    }

    @Test
    void failuresComeAsTheyAreAndCheckedOnesWrapped() {
        Failure failure = new Failure(Failure.Category.CONFLICT, "some-slug", "some text");
        assertThatThrownBy(() -> Await.item(() -> Uni.createFrom().failure(failure)))
                .isSameAs(failure);
        assertThatThrownBy(() ->
                        Await.item(() -> {
                            throw failure;
                        }))
                .isSameAs(failure);
        IOException checked = new IOException("away");
        assertThatThrownBy(() -> Await.item(() -> Uni.createFrom().failure(checked)))
                .isInstanceOf(AwaitFailedException.class)
                .hasCause(checked);
    }

    @Test
    void anEventLoopMustNotWait() {
        CompletableFuture<Object> tried = new CompletableFuture<>();
        vertx.getOrCreateContext()
                .runOnContext(_ -> {
                    try {
                        tried.complete(Await.item(() -> Uni.createFrom().item(1)));
                    } catch (RuntimeException refused) {
                        tried.complete(refused);
                    }
                });
        assertThat(tried.orTimeout(20, TimeUnit.SECONDS).join())
                .isInstanceOf(IllegalStateException.class);
    }

    private static String thread() {
        return Context.isOnEventLoopThread() ? Thread.currentThread().getName() : "no event loop";
    }
}
