package io.auspex.api.inference;

import io.auspex.platform.Failure;
import io.smallrye.mutiny.Uni;

/** How the protocol says no over REST: with 400, 404, 500, 503 or 504. */
final class ProtocolRefusal {

    private ProtocolRefusal() {}

    /** Makes what the present state forbids a 'not ready': the protocol has no conflicts. */
    static <T> Uni<T> speaking(Uni<T> answer) {
        return answer.onFailure(ProtocolRefusal::isConflict).transform(ProtocolRefusal::spoken);
    }

    /** The same of one failure. */
    static Throwable spoken(Throwable failure) {
        return isConflict(failure)
                ? new Failure(
                        Failure.Category.NOT_READY,
                        ((Failure) failure).slug(),
                        String.valueOf(failure.getMessage()),
                        failure)
                : failure;
    }

    private static boolean isConflict(Throwable failure) {
        return failure instanceof Failure refused
                && (refused.category() == Failure.Category.CONFLICT
                        || refused.category() == Failure.Category.UPSTREAM);
    }
}
