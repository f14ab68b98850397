package io.auspex.signals;

import java.util.List;

/**
 * CDI event: signals that were made so that the code which makes them is warm. They are in no
 * ledger and are told to nobody; whoever has work between a publication and a subscriber does it
 * with them, and forgets it.
 *
 * @param signals of one close, at least one
 */
public record SignalsRehearsed(List<Signal> signals) {

    public SignalsRehearsed {
        signals = List.copyOf(signals);
    }
}
